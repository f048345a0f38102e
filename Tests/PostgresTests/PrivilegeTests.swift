import Postgres
import TestSupport
import Testing

@Suite("Privileges") struct PrivilegeTests {
    private let notes = MigrationSet(
        name: "notes",
        files: [
            (
                name: "0001_notes.sql",
                bytes: Array(
                    "CREATE SEQUENCE number; CREATE TABLE \"Log\" (a int8); CREATE TABLE shelf (a int8)".utf8)
            )
        ],
        privileges: [.appendOnly("Log"), .passing("shelf"), .sequence("number"), .kept("of_a_newer_version")])

    @Test("A role is granted what it lacks of the tables that are there, once; the owner needs nothing")
    func grants() async throws {
        try await TestDatabase.with { database in
            let owner = database.pool()
            let role = "\(database.name)_role"
            _ = try await owner.query("CREATE ROLE \(identifier: role) LOGIN")
            let result = await Result { try await check(role, owner) }
            _ = try await owner.query("DROP OWNED BY \(identifier: role)")
            _ = try await owner.query("DROP ROLE \(identifier: role)")
            try result.get()
        }
    }

    private func check(_ role: String, _ owner: PostgresPool) async throws {
        try await Migrations.apply([notes], with: owner)
        let all = [
            "INSERT on Log", "SELECT on Log", "DELETE on shelf", "INSERT on shelf", "SELECT on shelf",
            "UPDATE on shelf", "USAGE on number",
        ]
        #expect(try await Migrations.grant([notes], to: role, with: owner) == all)
        #expect(try await Migrations.grant([notes], to: role, with: owner) == [])
        _ = try await owner.query("REVOKE DELETE ON shelf FROM \(identifier: role)")
        #expect(try await Migrations.grant([notes], to: role, with: owner) == ["DELETE on shelf"])
        let itself = try await owner.query("SELECT current_user::text").one().get(0, as: String.self)
        #expect(try await Migrations.grant([notes], to: itself, with: owner) == [])

        try await owner.withTransaction { transaction in
            _ = try await transaction.query("SET LOCAL ROLE \(identifier: role)")
            _ = try await transaction.unit([
                "INSERT INTO \"Log\" SELECT nextval('number')", "SELECT a FROM \"Log\"", "DELETE FROM shelf",
            ])
        }
        let refused: [SQL] = ["UPDATE \"Log\" SET a = 1", "DELETE FROM \"Log\"", "SELECT setval('number', 1)"]
        for statement in refused {
            let error = await failure {
                try await owner.withTransaction { transaction in
                    _ = try await transaction.query("SET LOCAL ROLE \(identifier: role)")
                    _ = try await transaction.query(statement)
                }
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test("Several processes that grant at the same time share the work")
    func together() async throws {
        try await TestDatabase.with { database in
            let owner = database.pool()
            let role = "\(database.name)_role"
            try await Migrations.apply([notes], with: owner)
            _ = try await owner.query("CREATE ROLE \(identifier: role)")
            let result = await Result {
                try await withThrowingTaskGroup(of: [String].self) { group in
                    for _ in 0..<4 {
                        group.addTask { try await Migrations.grant([notes], to: role, with: owner) }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
            }
            _ = try await owner.query("DROP OWNED BY \(identifier: role)")
            _ = try await owner.query("DROP ROLE \(identifier: role)")
            #expect(try result.get().count == 7)
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body comes to, for clean-up that must happen.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
