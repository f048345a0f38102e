import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import JSON
import Messaging
import Postgres
import Reactor
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("One idempotency key, one order, one answer")
struct IdempotencyTests {
    @Test("The same request with the same key gets the same bytes, whatever has changed since")
    func sameBytes() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let first = try await till.order(request, key: "k-1")
            var withdrawn = till.house.films[0]
            withdrawn.status = .withdrawn
            withdrawn.version += 1
            try await till.tell([withdrawn])
            var unverified = till.house.school
            unverified.verified = false
            try await till.importing([unverified])

            for key in ["k-1", "\"k-1\""] {
                let again = try await till.order(request, key: key)
                #expect(again.status == 201)
                #expect(again.bytes == first.bytes)
                #expect(again.headers["Location"] == first.headers["Location"])
            }
            #expect(try await till.count("orders") == 1)
        }
    }

    @Test("The order of members and white space make no other request")
    func sameQuestion() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let first = try await till.order(request, key: "k")
            let films = request.filmIds.map { "\"\($0.text.uppercased())\"" }.joined(separator: " , ")
            let body = """
                { "payment": {"purchaseOrderNumber": "PO-2026-17", "method": "purchase_order"},
                  "filmIds": [\(films)],
                  "programmeId": "\(request.programmeId)", "cartId": "\(request.cartId)" }
                """
            let again = try await till.send(
                "POST", "/v1/orders", as: [.purchaser], of: till.house.school.id, headers: [("Idempotency-Key", "k")],
                body: Array(body.utf8))
            #expect(again.bytes == first.bytes)
        }
    }

    @Test("Another request with the same key is refused, in the same process and in another's memory")
    func reused() async throws {
        try await Till.with { till in
            #expect(try await till.order(till.house.request(), key: "k").status == 201)
            let other = try await till.order(till.house.request(), key: "k")
            #expect(other.status == 422)
            #expect(other.problem == "idempotency-key-reused")
            // Also where it could not be placed on its own account.
            let four = till.house.request(till.house.first(4))
            #expect(try await till.order(four, key: "k").problem == "idempotency-key-reused")
            #expect(try await till.count("orders") == 1)
        }
    }

    @Test("Without a key, or with one that is none, nothing is placed")
    func missing() async throws {
        try await Till.with { till in
            let none = try await till.order(till.house.request(), key: nil)
            #expect(none.status == 400)
            #expect(none.problem == "idempotency-key-missing")
            for key in ["\"\"", "two words", String(repeating: "k", count: 201), "k\"k"] {
                let answer = try await till.order(till.house.request(), key: key)
                #expect(answer.status == 400, "\(key)")
                #expect(answer.problem == "idempotency-key-invalid", "\(key)")
            }
            #expect(try await till.count("orders") == 0)
        }
    }

    @Test("A failed first attempt does not burn the key")
    func notBurnt() async throws {
        try await Till.with { till in
            let four = till.house.request(till.house.first(4))
            let refused = try await till.order(four, key: "k")
            #expect(refused.status == 422)
            #expect(try await till.count("idempotency_keys") == 0)
            #expect(try await till.order(till.house.request(), key: "k").status == 201)
        }
    }

    @Test("While the first request is at work the second is told so at once")
    func running() async throws {
        try await Till.with { till in
            var (first, second) = try await askTwice(till, key: "k")
            // On a machine that needs seconds for the second question the first has given up by then: 503, nothing done.
            while first.answer.status == 503 { (first, second) = try await askTwice(till, key: first.key + "k") }
            #expect(second.status == 409)
            #expect(second.problem == "idempotency-key-in-use")
            #expect(second.headers["Retry-After"] == "1")
            #expect(first.answer.status == 201)
            #expect(try await till.order(first.request, key: first.key).bytes == first.answer.bytes)
        }
    }

    private typealias Asked = (request: OrderRequest, key: String, answer: Answer)

    /// A request that waits for somebody else's order of its cart, and what the same one is told meanwhile.
    private func askTwice(_ till: Till, key: String) async throws -> (first: Asked, second: Answer) {
        let request = till.house.request()
        let (first, second) = try await till.pool.withTransaction { transaction in
            // Not committed yet: the first request waits for its end.
            _ = try await transaction.query(Self.insertOrder(cart: request.cartId, of: till.house.school.id))
            let first = Task { try await till.order(request, key: key) }
            try await Self.wait(till) { "wait_event_type = 'Lock'" }
            let second = try await till.order(request, key: key)
            _ = try await transaction.query("DELETE FROM orders WHERE cart_id = \(request.cartId)")
            return (first, second)
        }
        return ((request, key, try await first.value), second)
    }

    @Test("A key that another process is at work on is told so at once")
    func runningElsewhere() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let key = ScopedKey(
                institution: till.house.school.id, key: try #require(IdempotencyKey(header: "k")))
            try await till.pool.withTransaction { transaction in
                _ = try await transaction.query(
                    "SELECT pg_advisory_xact_lock(hashtextextended(\(key.lockName), 0))")
                #expect(try await till.order(request, key: "k").problem == "idempotency-key-in-use")
            }
            #expect(try await till.order(request, key: "k").status == 201)
        }
    }

    @Test("Many at once with one key: one order, and every answer is that order or 409")
    func race() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await till.order(request, key: "k") } }
                var answers: [Answer] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
            let placed = answers.filter { $0.status == 201 }
            #expect(Set(placed.map(\.bytes)).count == 1)
            #expect(placed.count + answers.count { $0.problem == "idempotency-key-in-use" } == 8)
            #expect(try await till.count("orders") == 1)
        }
    }

    // MARK: -

    private static func insertOrder(cart: CartID, of institution: InstitutionID) -> SQL {
        """
        INSERT INTO orders (id, number, institution_id, cart_id, programme_id, programme_version, programme_name,
            price_list_version, institution, total_minor_units, currency, payment_method, placed_at, state,
            event_sequence)
        VALUES (gen_random_uuid(), 'X', \(institution), \(cart), gen_random_uuid(), 1, 'P', 1, '{}', 1, 'USD',
            'purchase_order', now(), 'placed', 1)
        """
    }

    /// Until a connection of this database is in a state.
    private static func wait(_ till: Till, for condition: () -> SQL) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while try await till.pool.query(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND \(sql: condition())"
        ).isEmpty {
            try #require(ContinuousClock.now < deadline, "Nothing ever waited.")
            try await TestLoop.shared.sleep(for: .milliseconds(5))
        }
    }
}
