import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Grants are applied for and decided on")
struct GrantDeskTests {
    @Test("An application is read byte for byte, decided on, and its history is on it")
    func applied() async throws {
        try await Till.with { till in
            #expect(try await till.stateCycle().status == 201)
            let statement = "“Ñandú” \u{202E}<b>&\"'% 🎬\n\tNo budget."
            let answer = try await till.apply(statement: statement)
            #expect(answer.status == 201)
            let id = try #require(answer.grantID)
            #expect(answer.headers["Location"] == "/v1/grants/\(id)")
            #expect(answer.json["state"] == "applied" && answer.json["statement"] == .string(statement))
            #expect(answer.json["percent"] == nil && answer.json["decidedAt"] == nil)

            let decided = try await till.decide(id, ["decision": "granted", "percent": 40])
            #expect(decided.status == 200)
            #expect(decided.json["state"] == "granted" && decided.json["percent"] == 40)
            #expect(decided.json["decidedAt"] != nil)
            let own = try await till.send("GET", "/v1/grants/\(id)", as: [.viewer], of: till.house.school.id)
            #expect(own.bytes == decided.bytes)
            #expect(try await till.send("GET", "/v1/grants/\(id)", as: [.operator]).bytes == decided.bytes)
            let stranger = try await till.send("GET", "/v1/grants/\(id)", as: [.purchaser], of: .generate(now: .now()))
            let missing = try await till.send("GET", "/v1/grants/\(GrantID.generate(now: .now()))", as: [.operator])
            #expect(stranger.status == 404 && stranger.bytes == missing.bytes)
            #expect(try await till.send("GET", "/v1/grants/\(id)", as: [.purchaser]).status == 403)
        }
    }

    @Test("Once a key, and once a cycle whoever races")
    func once() async throws {
        try await Till.with { till in
            try await till.stateCycle()
            let first = try await till.apply(key: "k")
            #expect(try await till.apply(key: "k").bytes == first.bytes)
            #expect(try await till.apply(statement: "Other.", key: "k").problem == "idempotency-key-reused")
            let id = try #require(first.grantID)
            let again = try await till.apply()
            #expect(again.status == 409 && again.problem == "grant-applied-for")
            #expect(again.json["grant"] == ["id": .string(id.text), "href": .string("/v1/grants/\(id)")])

            try await till.stateCycle("2027-2028")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await till.apply("2027-2028").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201, 409, 409, 409])
            #expect(try await till.count("grants") == 2)
        }
    }

    @Test("An application that cannot be is refused, and changes nothing")
    func refusals() async throws {
        try await Till.with { till in
            try await till.stateCycle()
            try await till.stateCycle("over")
            try await till.endCycle("over")
            var unverified = try SampleHouse().school
            unverified.verified = false
            try await till.importing([unverified])
            let before = try await till.ground.counts()
            #expect(try await till.apply("1999").problem == "grant-cycle-unknown")
            #expect(try await till.apply("over").problem == "grant-cycle-over")
            #expect(try await till.apply(of: unverified.id).problem == "institution-not-verified")
            #expect(try await till.apply(of: .generate(now: .now())).problem == "institution-unknown")
            #expect(try await till.apply("Not a name").problem == "invalid-field")
            #expect(try await till.apply(statement: " \n").problem == "invalid-field")
            let long = String(repeating: "é", count: GrantRoutes.statementScalarsMax + 1)
            #expect(try await till.apply(statement: long).problem == "invalid-field")
            #expect(try await till.apply(key: nil).problem == "idempotency-key-missing")
            let percent = try await till.send(
                "POST", "/v1/grants", as: [.purchaser], of: till.house.school.id, headers: [("Idempotency-Key", "k")],
                body: Array(#"{"cycle":"2026-2027","statement":"We ask.","percent":50}"#.utf8))
            #expect(percent.problem == "invalid-field")
            #expect(try await till.ground.counts() == before)
        }
    }

    @Test("An operator decides once, for 30, 40 or 50 % or with a reason; every decision and refusal is kept")
    func decisions() async throws {
        try await Till.with { till in
            try await till.stateCycle()
            let id = try #require(try await till.apply().grantID)
            for body: JSONValue in [
                ["decision": "granted", "percent": 31], ["decision": "granted", "percent": -1],
                ["decision": "granted", "percent": 50.5], ["decision": "granted", "percent": "50"],
                ["decision": "granted"], ["decision": "refused"], ["decision": "refused", "reason": " "],
                ["decision": "refused", "reason": "No.", "percent": 30], ["decision": "applied"], [:], 7,
            ] {
                let answer = try await till.decide(id, body)
                #expect(answer.status == 400, "\(answer.text)")
            }
            let huge = Array(#"{"decision":"granted","percent":1e400}"#.utf8)
            #expect(
                try await till.send("POST", "/v1/grants/\(id)/decision", as: [.operator], body: huge).status == 400)
            let purchaser = try await till.send(
                "POST", "/v1/grants/\(id)/decision", as: [.purchaser], of: till.house.school.id,
                body: Array(#"{"decision":"granted","percent":50}"#.utf8))
            #expect(purchaser.problem == "forbidden")
            let unknown = try await till.decide(.generate(now: .now()), ["decision": "granted", "percent": 30])
            #expect(unknown.status == 404)
            #expect(try await till.send("GET", "/v1/grants/\(id)", as: [.operator]).json["state"] == "applied")

            let reason = "The means of this cycle are “spent”."
            let refused = try await till.decide(id, ["decision": "refused", "reason": .string(reason)])
            #expect(refused.json["state"] == "refused" && refused.json["reason"] == .string(reason))
            let again = try await till.decide(id, ["decision": "refused", "reason": .string(reason)])
            #expect(again.status == 200 && again.bytes == refused.bytes)
            let other = try await till.decide(id, ["decision": "granted", "percent": 50])
            #expect(other.status == 409 && other.problem == "grant-decided" && other.json["state"] == "refused")
            let lines = try await till.auditLines().filter { $0.action == "grant.decide" }.map(\.description)
            #expect(lines.count { $0 == "granted grant.decide" } == 1)
            #expect(lines.contains("refused grant.decide: grant-decided"))
            #expect(lines.contains("refused grant.decide: forbidden"))
        }
    }

    @Test("Of operators who decide differently at once one decides, and the others are told so")
    func race() async throws {
        try await Till.with { till in
            try await till.stateCycle()
            let id = try #require(try await till.apply().grantID)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for percent in Grant.percents {
                    group.addTask {
                        try await till.decide(id, ["decision": "granted", "percent": .integer(Int64(percent))])
                    }
                }
                return try await group.reduce(into: [Answer]()) { $0.append($1) }
            }
            #expect(answers.map(\.status).sorted() == [200, 409, 409])
            let decided = try #require(answers.first { $0.status == 200 })
            #expect(try await till.send("GET", "/v1/grants/\(id)", as: [.operator]).bytes == decided.bytes)
        }
    }

    @Test("A list is of one's own; an operator's is of all, by institution, by state and page by page")
    func lists() async throws {
        try await Till.with { till in
            let other = try SampleHouse().school
            try await till.importing([other])
            try await till.stateCycle("2027-2028")
            let first = try await till.granted()
            let second = try #require(try await till.apply("2027-2028").grantID)
            let third = try #require(try await till.apply(of: other.id).grantID)
            func list(_ query: String, as roles: [Role] = [.operator], of institution: InstitutionID? = nil)
                async throws
                -> [String]
            {
                try await till.send("GET", "/v1/grants?\(query)", as: roles, of: institution).texts("grants", "id")
            }
            let all = [first, second, third].map(\.text)
            #expect(try await list("") == all)
            #expect(try await list("state=applied") == Array(all.dropFirst()))
            #expect(try await list("institutionId=\(other.id)") == [third.text])
            #expect(try await list("", as: [.viewer], of: till.house.school.id) == Array(all.prefix(2)))
            #expect(try await list("institutionId=\(other.id)", as: [.viewer], of: till.house.school.id).isEmpty)
            let page = try await till.send("GET", "/v1/grants?limit=2", as: [.operator])
            let next = try #require(page.json["next"]?.stringValue)
            #expect(try await list("limit=2&cursor=\(next)") == [third.text])
            #expect(try await till.send("GET", "/v1/grants", as: [.viewer]).status == 403)
            for query in ["limit=0", "limit=201", "cursor=x", "state=maybe", "institutionId=%22", "limit=1&limit=1"] {
                let answer = try await till.send("GET", "/v1/grants?\(query)", as: [.operator])
                #expect(answer.problem == "invalid-parameter", "\(query)")
            }
        }
    }

    @Test("A cycle is stated by operators, and never so that a grant of it would have been used outside of it")
    func cycles() async throws {
        try await Till.with { till in
            let (from, until) = (Instant.now() - .seconds(3_600), Instant.now() + .seconds(3_600))
            #expect(try await till.stateCycle(from: from, until: until).status == 201)
            #expect(try await till.stateCycle(from: from, until: until).status == 200)
            let shown = try await till.send("GET", "/v1/grant-cycles", as: [.selector], of: till.house.school.id)
            #expect(shown.texts("grantCycles", "name") == [Till.cycle])
            #expect(shown.texts("grantCycles", "endsAt") == [until.text])

            let grant = try await till.granted()
            #expect(try await till.order(with: grant).status == 201)
            let over = try await till.stateCycle(until: .now() - .seconds(60))
            #expect(over.status == 409 && over.problem == "grant-cycle-in-use")
            #expect(try await till.stateCycle(from: .now() + .seconds(60)).problem == "grant-cycle-in-use")
            #expect(try await till.stateCycle(until: .now() + .seconds(60)).status == 200)

            let purchaser = try await till.send(
                "PUT", "/v1/grant-cycles/mine", as: [.purchaser], of: till.house.school.id, body: Array("{}".utf8))
            #expect(purchaser.status == 403)
            #expect(try await till.stateCycle("x", from: until, until: from).problem == "invalid-field")
            #expect(try await till.stateCycle("A%20name").problem == "invalid-parameter")
            #expect(try await till.count("grant_cycles") == 1)
        }
    }
}
