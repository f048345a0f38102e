import Postgres
import TestSupport
import Testing

@Suite struct MigrationTests {
    private func file(_ name: String, _ text: String) -> (name: String, bytes: [UInt8]) { (name, Array(text.utf8)) }

    private var orders: MigrationSet {
        MigrationSet(
            name: "orders",
            files: [
                file("0001_orders.sql", "CREATE TABLE orders (id int8 PRIMARY KEY); CREATE INDEX ON orders (id);"),
                file("0002_notes.sql", "-- wider\nALTER TABLE orders ADD COLUMN note text;\n"),
            ])
    }

    private func applied(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query("SELECT set || '/' || name FROM schema_migrations ORDER BY applied_at, number")
            .map { try $0.get(0) }
    }

    @Test("Each file of each set is applied once, in order; a second time there is nothing to do")
    func twice() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let log = MigrationSet(name: "log", files: [file("0001_log.sql", "CREATE TABLE log (id int8)")])
            let first = try await Migrations.apply([log, orders], with: pool)
            #expect(first == ["log/0001_log.sql", "orders/0001_orders.sql", "orders/0002_notes.sql"])
            #expect(try await Migrations.apply([log, orders], with: pool) == [])
            #expect(try await applied(pool) == first)
            #expect(try await pool.query("SELECT id, note FROM orders").isEmpty)
        }
    }

    @Test("Several processes that start together share the work, each file once")
    func together() async throws {
        try await TestDatabase.with { database in
            let files = (1...10).map { file("\($0)_step.sql", "CREATE TABLE step\($0) (a int8)") }
            let set = MigrationSet(name: "steps", files: files)
            let all = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    let pool = database.pool { $0.connectionsMax = 1 }
                    group.addTask { try await Migrations.apply([set], with: pool) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(all.sorted() == files.map { "steps/\($0.name)" }.sorted())
        }
    }

    @Test("A file that changed after it was applied is refused, and so is one that was renamed")
    func changed() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await Migrations.apply([orders], with: pool)
            var changed = orders
            changed.files[1] = MigrationSet.File(name: "0002_notes.sql", bytes: Array("SELECT 1".utf8))
            var error = try #require(await failure { try await Migrations.apply([changed], with: pool) })
            #expect(error.kind == .migration)
            #expect("\(error)".contains("migration orders/0002_notes.sql has changed since it was applied"))
            changed.files[1] = MigrationSet.File(name: "0002_other.sql", bytes: orders.files[1].bytes)
            error = try #require(await failure { try await Migrations.apply([changed], with: pool) })
            #expect(error.kind == .migration)
        }
    }

    @Test("A failing file leaves nothing behind, those before it stay, and it can be mended")
    func failing() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            var set = orders
            let name = "0003_broken.sql"
            set.files.append(.init(name: name, bytes: Array("CREATE TABLE half (a int8); SELEKT 1;".utf8)))
            let error = try #require(await failure { try await Migrations.apply([set], with: pool) })
            #expect(error.sqlState == "42601")
            #expect("\(error)".contains("in migration orders/0003_broken.sql"))
            #expect(try await applied(pool).count == 2)
            let half = try await pool.query("SELECT to_regclass('half') IS NULL").one()
            #expect(try half.get(0, as: Bool.self))
            set.files[2] = .init(name: name, bytes: Array("CREATE TABLE half (a int8)".utf8))
            #expect(try await Migrations.apply([set], with: pool) == ["orders/0003_broken.sql"])
        }
    }

    @Test("A file that ends its own transaction is refused before it is recorded")
    func commits() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let set = MigrationSet(name: "bold", files: [file("0001_bold.sql", "CREATE TABLE b (a int8); COMMIT;")])
            let error = try #require(await failure { try await Migrations.apply([set], with: pool) })
            #expect(error.kind == .transaction)
            let rows = try await pool.query("SELECT to_regclass('schema_migrations') IS NOT NULL").one()
            if try rows.get(0, as: Bool.self) {
                #expect(try await applied(pool) == [])
            }
        }
    }

    @Test("A file whose number lies below one that was applied already comes too late")
    func late() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let second = file("0002_second.sql", "SELECT 2")
            _ = try await Migrations.apply([MigrationSet(name: "s", files: [second])], with: pool)
            let both = MigrationSet(name: "s", files: [file("0001_first.sql", "SELECT 1"), second])
            let error = try #require(await failure { try await Migrations.apply([both], with: pool) })
            #expect("\(error)".contains("migration s/0001_first.sql comes too late"))
        }
    }

    @Test("A database that is ahead of the program is left alone")
    func ahead() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await Migrations.apply([orders], with: pool)
            var older = orders
            older.files.removeLast()
            #expect(try await Migrations.apply([older], with: pool) == [])
        }
    }

    @Test(
        "Names without a number, numbers that do not rise, text that is not text: refused before anything runs",
        arguments: [
            ["first.sql"], ["0_zero.sql"], ["0002_b.sql", "0001_a.sql"], ["1_a.sql", "01_b.sql"],
            ["99999999999_far.sql"],
        ])
    func names(names: [String]) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let set = MigrationSet(name: "odd", files: names.map { file($0, "CREATE TABLE odd (a int8)") })
            let error = await failure { try await Migrations.apply([set], with: pool) }
            #expect(error?.kind == .migration)
            let binary = MigrationSet(name: "odd", files: [("1_a.sql", [0xff]), ("2_b.sql", [0])])
            #expect(await failure { try await Migrations.apply([binary], with: pool) }?.kind == .migration)
            #expect(await pool.statistics.connections == 0)
        }
    }
}
