import CheckoutDomain
import FilmClubModel
import JSON
import Postgres
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("An answer that does not come is asked for again")
struct DeadlineTests {
    private static func makeOverdue(_ till: Till) async throws {
        _ = try await till.pool.query("UPDATE orders SET answer_due_at = clock_timestamp() - interval '1 s'")
    }

    private static func requests(_ till: Till) async throws -> Set<[String]> {
        Set(
            try await till.pool.query("SELECT topic, key FROM relay_request").map { row in
                [try row.get("topic", as: String.self), try row.get("key", as: String.self)]
            })
    }

    @Test("At its deadline the order's events are published again, and streaming is asked for its answer")
    func asked() async throws {
        try await Till.with { till in
            let (id, _) = try await FulfilmentTests.placed(till)
            #expect(try await till.checkout.deadlines.askAgain() == 0)
            #expect(try await Self.requests(till).isEmpty)

            try await Self.makeOverdue(till)
            #expect(try await till.checkout.deadlines.askAgain() == 1)
            #expect(
                try await Self.requests(till) == [[Topic.orders.name, id.text], [Topic.entitlements.name, id.text]])
            let row = try await till.pool.query(
                """
                SELECT answer_attempts, answer_due_at > clock_timestamp() AS lies_ahead,
                       answer_due_at < clock_timestamp() + interval '11 s' AS lies_near FROM orders
                """
            ).one()
            #expect(try row.get("answer_attempts", as: Int32.self) == 1)
            #expect(try row.get("lies_ahead"))
            #expect(try row.get("lies_near"))
            #expect(try await till.checkout.deadlines.askAgain() == 0)
        }
    }

    @Test("After the last attempt the order is parked and visible; asking goes on, and a late answer fulfils it")
    func parked() async throws {
        try await Till.with { till in
            let (id, order) = try await FulfilmentTests.placed(till)
            for _ in 0..<AnswerDeadline.attemptsMax {
                try await Self.makeOverdue(till)
                #expect(try await till.checkout.deadlines.askAgain() == 1)
            }
            let state = try await till.state(of: id)
            #expect(state["state"] == "confirmed")
            #expect(state["parked"] == "no-answer")
            try await Self.makeOverdue(till)
            #expect(try await till.checkout.deadlines.askAgain() == 1)

            try await till.apply([try till.event(FulfilmentTests.granted(order))])
            #expect(try await till.state(of: id)["state"] == "fulfilled")
            #expect(try await till.checkout.deadlines.askAgain() == 0)
        }
    }

    @Test("Two processes never ask for the same order at the same time")
    func shared() async throws {
        try await Till.with { till in
            for _ in 0..<6 { _ = try await FulfilmentTests.placed(till) }
            try await Self.makeOverdue(till)
            let other = try till.anotherProcess()
            async let here = till.checkout.deadlines.askAgain()
            async let there = other.deadlines.askAgain()
            #expect(try await here + there == 6)
            let attempts = try await till.pool.query("SELECT DISTINCT answer_attempts FROM orders")
            #expect(try attempts.map { try $0.get(0, as: Int32.self) } == [1])
        }
    }
}
