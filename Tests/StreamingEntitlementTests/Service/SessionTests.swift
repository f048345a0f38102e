import FilmClubModel
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import StreamingEntitlementDomain
import TestSupport
import Testing

@testable import StreamingEntitlementService

@Suite("Entitlements and sessions")
struct SessionTests {
    @Test("An institution reads its own entitlements, an operator all; another institution finds none")
    func reading() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            let id = try #require(try await cinema.granted(order).first)
            let own = try await cinema.get("/v1/entitlements/\(id)")
            #expect(own.status == 200)
            #expect(own.json["orderId"] == .string(order.orderId.text))
            #expect(own.json["title"] == "Película 0")
            #expect(own.json["window"]?["state"] == "open")
            #expect(own.json["state"] == "granted")
            let path = "/v1/entitlements?orderId=\(order.orderId)"
            #expect(try await cinema.get(path).json["entitlements"]?.arrayValue?.count == 5)
            #expect(try await cinema.get(path, as: [.operator], of: cinema.library).status == 200)
            #expect(try await cinema.get("/v1/entitlements/\(id)", as: [.operator], of: cinema.library).status == 200)

            let other = try await cinema.get("/v1/entitlements/\(id)", of: cinema.library)
            let none = try await cinema.get("/v1/entitlements/\(order.orderId)", of: cinema.library)
            #expect(other.status == 404)
            #expect(other.text == none.text, "the two can't be told apart")
            #expect(try await cinema.get(path, of: cinema.library).text == #"{"entitlements":[]}"#)
            #expect(try await cinema.open(id, of: cinema.library).status == 404)
        }
    }

    @Test("Requests that can't be understood or are nobody's are refused")
    func badRequests() async throws {
        try await Cinema.with { cinema in
            let id = try #require(try await cinema.granted(try cinema.order()).first)
            #expect(try await cinema.get("/v1/entitlements").status == 400)
            #expect(try await cinema.get("/v1/entitlements?orderId=1").status == 400)
            #expect(try await cinema.get("/v1/entitlements/1").status == 400)
            #expect(try await cinema.send("GET", "/v1/entitlements/\(id)").status == 401)
            #expect(try await cinema.send("POST", "/v1/entitlements/\(id)/sessions").status == 401)
            #expect(try await cinema.open(id, as: [.purchaser, .selector]).status == 403)
            #expect(try await cinema.open(id, key: nil).problem == "idempotency-key-missing")
            #expect(try await cinema.open(id, key: "a b").problem == "idempotency-key-invalid")
            #expect(try await cinema.open(id, body: Array("[]".utf8)).problem == "invalid-field")
            #expect(try await cinema.open(id, body: Array("{}".utf8), mediaType: "text/plain").status == 415)
            #expect(try await cinema.open(id, body: Array("{".utf8)).problem == "malformed-json")
            #expect(try await cinema.open(Sample.id(1)).problem == "not-found")
            #expect(try await cinema.count("sessions") == 0)
            #expect(try await cinema.count("idempotency_keys") == 0)
        }
    }

    @Test("A session's answer is a play address and its end; the key repeats it byte for byte")
    func idempotency() async throws {
        try await Cinema.with(publicBaseURL: "https://play.example/") { cinema in
            let ids = try await cinema.granted(try cinema.order())
            let first = try await cinema.open(ids[0], key: "k-1", as: [.organiser], body: Array("{}".utf8))
            #expect(first.status == 201)
            let address = try #require(first.json["playUrl"]?.stringValue)
            #expect(address.hasPrefix("https://play.example/v1/play/") && address.hasSuffix("/master.m3u8"))
            #expect(first.json["expiresAt"]?.stringValue.flatMap { try? Instant($0) } != nil)
            let again = try await cinema.open(ids[0], key: "\"k-1\"")
            #expect(again.status == 201 && again.bytes == first.bytes)
            #expect(try await cinema.count("sessions") == 1)
            #expect(try await cinema.open(ids[1], key: "k-1").problem == "idempotency-key-reused")
            // Another institution's same key is another key.
            #expect(try await cinema.open(ids[0], key: "k-1", of: cinema.library).status == 404)
        }
    }

    @Test("One key opens one session, whoever races")
    func race() async throws {
        try await Cinema.with { cinema in
            let id = try #require(try await cinema.granted(try cinema.order()).first)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await cinema.open(id, key: "same") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let opened = answers.filter { $0.status == 201 }
            #expect(Set(opened.map(\.bytes)).count == 1)
            #expect(answers.allSatisfy { $0.status == 201 || $0.problem == "idempotency-key-in-use" })
            #expect(try await cinema.count("sessions") == 1)
        }
    }

    @Test("Outside its window nothing is opened, and the refusal says when; a refusal leaves no key behind")
    func window() async throws {
        try await Cinema.with { cinema in
            let id = try #require(try await cinema.granted(try cinema.order()).first)
            func move(_ from: String, _ to: String) async throws {
                _ = try await cinema.pool.query(
                    """
                    UPDATE entitlements SET opens_at = now() + \(from)::text::interval,
                        closes_at = now() + \(to)::text::interval
                    WHERE id = \(id)
                    """)
            }
            try await move("1 hour", "2 hours")
            let early = try await cinema.open(id, key: "k")
            #expect(early.status == 403 && early.reason == "window_not_open")
            #expect(early.json["opensAt"]?.stringValue.flatMap { try? Instant($0) } != nil)
            #expect(try await cinema.get("/v1/entitlements/\(id)").json["window"]?["state"] == "not_open")
            try await move("-2 hours", "-1 hour")
            let late = try await cinema.open(id, key: "k")
            #expect(late.status == 403 && late.reason == "window_closed")
            #expect(try await cinema.get("/v1/entitlements/\(id)").json["window"]?["state"] == "closed")
            try await move("-2 hours", "1 hour")
            #expect(try await cinema.open(id, key: "k").status == 201)
        }
    }

    @Test("What may not be watched is not opened: revoked, suspended, elsewhere, without media, over the cap")
    func refusals() async throws {
        try await Cinema.with { cinema in
            let ids = try await cinema.granted(try cinema.order(caps: Caps(concurrentSessionsMax: 1)))
            func set(_ state: String) async throws {
                _ = try await cinema.pool.query("UPDATE entitlements SET state = \(state) WHERE id = \(ids[0])")
            }
            func refusal() async throws -> String {
                let answer = try await cinema.open(ids[0])
                return "\(answer.status) \(answer.reason ?? "-")"
            }
            try await set("revoked")
            #expect(try await refusal() == "403 revoked")
            try await set("suspended")
            #expect(try await refusal() == "403 suspended_unpaid")
            try await set("granted")
            try await cinema.hear(InstitutionChanged(institution: try cinema.schoolIn("FR", version: 2)))
            // What was said earlier comes late.
            try await cinema.hear(InstitutionChanged(institution: try cinema.schoolIn("US", version: 1)))
            #expect(try await refusal() == "451 territory_not_licensed")
            try await cinema.hear(InstitutionChanged(institution: try cinema.schoolIn("US", version: 3)))
            _ = try await cinema.pool.query("UPDATE media SET asset = 'gone' WHERE film_id = \(cinema.films[0])")
            #expect(try await refusal() == "409 film_not_playable")
            _ = try await cinema.pool.query("DELETE FROM media WHERE film_id = \(cinema.films[0])")
            #expect(try await refusal() == "409 film_not_playable")
            #expect(try await cinema.count("sessions") == 0)

            #expect(try await cinema.open(ids[1]).status == 201)
            let second = try await cinema.open(ids[1])
            #expect(second.status == 429 && second.reason == "too_many_sessions")
            #expect(second.headers["Retry-After"] != nil)
            #expect(try await cinema.open(ids[2]).status == 201, "the cap is each entitlement's own")
        }
    }

    @Test("No cap is ever exceeded, whoever races")
    func cap() async throws {
        try await Cinema.with { cinema in
            let id = try #require(
                try await cinema.granted(try cinema.order(caps: Caps(concurrentSessionsMax: 3))).first)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 { group.addTask { try await cinema.open(id).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 3)
            #expect(statuses.count { $0 == 429 } == 7)
        }
    }
}

extension Cinema {
    func schoolIn(_ territory: String, version: Int64) throws -> Institution {
        Institution(
            id: school, version: version, name: "School", type: .highSchool, territory: try Territory(territory),
            timeZone: try TimeZoneName("America/New_York"), verified: true)
    }
}
