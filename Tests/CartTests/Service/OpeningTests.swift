import FilmClubModel
import HTTPClient
import JSON
import Messaging
import Postgres
import ServiceTestSupport
import Testing

@testable import CartService

@Suite("One idempotency key, one cart, one answer")
struct OpeningTests {
    @Test("The same request with the same key gets the same bytes, whatever has changed since")
    func sameBytes() async throws {
        try await CartDesk.with { desk in
            let first = try await desk.open(key: "k")
            #expect(first.status == 201)
            let cart = try #require(first.cartID)
            #expect(try await desk.add(desk.house.films[0].id, to: cart).status == 200)
            try await desk.tell([], desk.house.programme.changed { $0.territories = [] })
            for key in ["k", "\"k\""] {
                let again = try await desk.open(key: key)
                #expect(again.status == 201)
                #expect(again.bytes == first.bytes)
                #expect(again.headers["Location"] == first.headers["Location"])
            }
            #expect(try await desk.count("carts") == 1)
        }
    }

    @Test("Another request with the key is refused; another institution's key of the same name is another key")
    func reused() async throws {
        try await CartDesk.with { desk in
            let other = try SampleHouse().school
            try await desk.tell([], nil, other)
            #expect(try await desk.open(key: "k").status == 201)
            let reused = try await desk.open("french-film-club", key: "k")
            #expect(reused.status == 422)
            #expect(reused.problem == "idempotency-key-reused")
            #expect(try await desk.open(key: "k", of: other.id).status == 201)
            #expect(try await desk.count("carts") == 2)
        }
    }

    @Test("Without a key, or with one that is none, nothing is opened")
    func missing() async throws {
        try await CartDesk.with { desk in
            let none = try await desk.open(key: nil)
            #expect(none.status == 400)
            #expect(none.problem == "idempotency-key-missing")
            for key in ["\"\"", "two words", String(repeating: "k", count: 201)] {
                let answer = try await desk.open(key: key)
                #expect(answer.status == 400)
                #expect(answer.problem == "idempotency-key-invalid")
            }
            #expect(try await desk.count("carts") == 0)
        }
    }

    @Test("A failed first attempt does not burn the key: what was not known then may be told since")
    func notBurnt() async throws {
        try await CartDesk.with { desk in
            let later = try SampleHouse().programme.changed { $0.slug = try Slug("later-club") }
            #expect(try await desk.open("later-club", key: "k").problem == "programme-unknown")
            try await desk.tell([], later)
            #expect(try await desk.open("later-club", key: "k").status == 201)
        }
    }

    @Test("A key that is at work is told so at once, to whichever process is asked")
    func running() async throws {
        try await CartDesk.with { desk in
            let key = ScopedKey(
                institution: desk.house.school.id, key: try #require(IdempotencyKey(header: "k")))
            try await desk.pool.withTransaction { transaction in
                _ = try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended(\(key.lockName), 0))")
                let answer = try await desk.open(key: "k")
                #expect(answer.status == 409)
                #expect(answer.problem == "idempotency-key-in-use")
                #expect(answer.headers["Retry-After"] == "1")
            }
            let opened = try await desk.open(key: "k")
            #expect(opened.status == 201)
            try await desk.pool.withTransaction { transaction in
                _ = try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended(\(key.lockName), 0))")
                #expect(try await desk.open(key: "k").bytes == opened.bytes, "a repetition shuts no other one out")
            }
        }
    }

    @Test("Many at once with one key: one cart, and every answer is that cart or 409")
    func race() async throws {
        try await CartDesk.with { desk in
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await desk.open(key: "k") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let opened = answers.filter { $0.status == 201 }
            #expect(Set(opened.map(\.bytes)).count == 1)
            #expect(opened.count + answers.count { $0.problem == "idempotency-key-in-use" } == 8)
            #expect(try await desk.count("carts") == 1)
            #expect(try await desk.count("event_log") == 1)
        }
    }
}
