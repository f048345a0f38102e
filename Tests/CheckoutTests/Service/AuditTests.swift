import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("What operators did and were refused")
struct AuditTests {
    private func verifying(
        _ till: Till, as roles: [Role] = [.operator], on subject: String? = nil, decision: String = "revoked"
    ) async throws -> Answer {
        try await till.send(
            "POST", "/v1/institutions/\(subject ?? till.house.school.id.text)/verifications", as: roles,
            of: roles == [.operator] ? nil : till.house.school.id, headers: [("Idempotency-Key", "\(UUID())")],
            body: JSON.encode(["decision": .string(decision), "reason": "Papers."]))
    }

    @Test("Every operator's action, refused or granted, is in the audit log, and nobody can change it")
    func lines() async throws {
        try await Till.with { till in
            let school = till.house.school
            let path = "/v1/institutions/\(school.id)"
            _ = try await verifying(till)
            _ = try await verifying(till)
            _ = try await verifying(till, on: "nobody%22%20")
            _ = try await till.send("PUT", path, as: [.operator], body: school.json)
            _ = try await till.send(
                "PUT", path, as: [.operator], headers: [("If-Match", "\"1\"")], body: school.json)
            var revoked = school
            revoked.verified = false
            _ = try await till.send(
                "PUT", path, as: [.operator], headers: [("If-Match", "\"2\"")], body: revoked.json)
            _ = try await till.importing([school, school])
            _ = try await till.importing([revoked], isDryRun: true)
            let lines = try await till.auditLines()
            #expect(
                lines.map(\.description) == [
                    "granted institutions.import", "granted institution.verify",
                    "refused institution.verify: already-decided", "refused institution.verify: invalid-parameter",
                    "refused institution.replace: precondition-required",
                    "refused institution.replace: precondition-failed", "granted institution.replace",
                    "refused institutions.import: import-refused",
                ])
            #expect(lines.allSatisfy { $0.actor == "someone" })
            #expect(lines[1].subject == school.id.text)
            for change: SQL in ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"] {
                await #expect(throws: PostgresError.self) { _ = try await till.pool.query(change) }
            }
        }
    }

    @Test(
        "A role that may not gets 403 and leaves a line; who shows no token leaves none",
        arguments: [Role.selector, .purchaser, .organiser, .viewer])
    func roles(role: Role) async throws {
        try await Till.with { till in
            let school = till.house.school
            var before = try await till.ground.counts()
            #expect(try await verifying(till, as: [role]).problem == "forbidden")
            let path = "/v1/institutions/\(school.id)"
            let put = try await till.send(
                "PUT", path, as: [role], of: school.id, headers: [("If-Match", "*")], body: school.json)
            let imported = try await till.send(
                "POST", "/v1/imports", as: [role], of: school.id, body: Array("{}".utf8))
            #expect(put.status == 403 && imported.status == 403)
            #expect(try await verifying(till, as: []).status == 401)
            let lines = try await till.auditLines()
            #expect(
                lines.dropFirst().map(\.description) == [
                    "refused institution.verify: forbidden", "refused institution.replace: forbidden",
                    "refused institutions.import: forbidden",
                ])
            var after = try await till.ground.counts()
            (before["audit_log"], after["audit_log"]) = (nil, nil)
            #expect(after == before)
        }
    }

    @Test("The tables of the desk are the only place with a subject")
    func noSubjectElsewhere() async throws {
        try await Till.with { till in
            _ = try await verifying(till)
            _ = try await verifying(till, decision: "verified")
            _ = try await verifying(till, as: [.viewer])
            #expect(try await till.order(till.house.request()).status == 201)
            let tables = try await till.ground.counts().keys.filter {
                !["audit_log", "institution_verifications"].contains($0)
            }
            for table in tables {
                let found = try await till.pool.query(
                    """
                    SELECT count(*) AS found FROM \(identifier: table) AS a_row
                    WHERE a_row::text LIKE '%someone%' OR a_row::text LIKE '%736f6d656f6e65%'
                    """)
                #expect(try found.one().get("found", as: Int64.self) == 0, "\(table)")
            }
            #expect(!till.log.lines.contains { $0.contains("someone") })
        }
    }

    @Test("Operators read the log, the latest first, by action, by subject and page by page")
    func reading() async throws {
        try await Till.with { till in
            _ = try await verifying(till)
            _ = try await verifying(till, decision: "verified")
            func read(_ query: String) async throws -> Answer {
                try await till.send("GET", "/v1/audit-log?\(query)", as: [.operator])
            }
            let first = try await read("limit=2")
            #expect(first.texts("entries", "action") == ["institution.verify", "institution.verify"])
            #expect(first.json["entries"]?[0]?["detail"]?["decision"] == "verified")
            #expect(first.json["entries"]?[0]?["roles"] == ["operator"])
            let next = try #require(first.json["next"]?.stringValue)
            let second = try await read("limit=2&cursor=\(next)")
            #expect(second.texts("entries", "action") == ["institutions.import"])
            #expect(second.json["entries"]?[0]?["detail"]?["institutions"]?["created"] == 1)
            #expect(second.json["next"] == nil)
            #expect(try await read("action=institutions.import").texts("entries", "outcome") == ["granted"])
            #expect(try await read("subject=\(till.house.school.id)").texts("entries", "action").count == 2)
            #expect(try await read("subject=%E2%80%AE%22%25").texts("entries", "action").isEmpty)
            for query in ["limit=0", "limit=201", "cursor=0", "cursor=x", "cursor=9223372036854775808", "action="] {
                #expect(try await read(query).problem == "invalid-parameter", "\(query)")
            }
            let purchaser = try await till.send("GET", "/v1/audit-log", as: [.purchaser], of: till.house.school.id)
            #expect(purchaser.status == 403)
        }
    }

    @Test("A refusal that cannot be kept is answered by 503")
    func notKept() async throws {
        try await Till.with { till in
            try await till.pool.withTransaction { holder in
                _ = try await holder.query("LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE")
                let answer = try await verifying(till, as: [.viewer])
                #expect(answer.status == 503, "\(answer.text)")
            }
            #expect(try await verifying(till, as: [.viewer]).status == 403)
        }
    }
}
