import CheckoutDomain
import FilmClubModel
import JSON
import Postgres
import Reactor
import ServiceShell
import ServiceTestSupport
import TestSupport
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

    /// A process that assumes silence after `trust` unanswered questions.
    private static func patient(
        _ till: Till, trust: Int, probeInterval: Duration
    ) -> (AnswerDeadlines, Lock<AskingPace>) {
        let pace = Lock(AskingPace(trustMax: trust, probeOrders: 2, probeInterval: probeInterval))
        let deadlines = AnswerDeadlines(
            pool: till.pool, meters: CheckoutMeters(Metrics()), pace: pace, on: TestLoop.shared, log: till.ground.log,
            committed: {})
        return (deadlines, pace)
    }

    @Test("While streaming is silent only a few orders are asked for, each in its turn; one answer, and all are")
    func silence() async throws {
        try await Till.with { till in
            for _ in 0..<9 { _ = try await FulfilmentTests.placed(till) }
            try await Self.makeOverdue(till)
            let (deadlines, pace) = Self.patient(till, trust: 4, probeInterval: .zero)
            #expect(try await deadlines.askAgain() == 4)
            #expect(try await deadlines.askAgain() == 2)
            #expect(try await deadlines.askAgain() == 2)
            let attempts = try await till.pool.query("SELECT answer_attempts FROM orders ORDER BY 1")
            #expect(try attempts.map { try $0.get(0, as: Int32.self) } == [0, 1, 1, 1, 1, 1, 1, 1, 1])

            try await Self.makeOverdue(till)
            pace.withLock { $0.answerHeard() }
            #expect(try await deadlines.askAgain() == 4)

            let (waiting, _) = Self.patient(till, trust: 1, probeInterval: .seconds(86_400))
            #expect(try await waiting.askAgain() == 1)
            #expect(try await waiting.askAgain() == 0)
        }
    }

    @Test("An answer from streaming says that it lives")
    func heard() async throws {
        try await Till.with { till in
            let (_, order) = try await FulfilmentTests.placed(till)
            let now = ContinuousClock.now
            let full = till.checkout.pace.withLock { $0.trustMax }
            till.checkout.pace.withLock { $0.asked(for: full, now: now) }
            #expect(till.checkout.pace.withLock { $0.allowance(now: now) } == 0)
            try await till.apply([try till.event(FulfilmentTests.granted(order))])
            #expect(till.checkout.pace.withLock { $0.allowance(now: now) } == full)
        }
    }

    @Test("What is overdue for long calls a person and shows in the gauges, though it was not asked for")
    func overdue() async throws {
        try await Till.with { till in
            let (id, order) = try await FulfilmentTests.placed(till)
            _ = try await FulfilmentTests.placed(till)
            _ = try await till.pool.query(
                """
                UPDATE orders SET answer_due_at = clock_timestamp() - make_interval(secs => CASE id
                    WHEN \(id) THEN \(AnswerDeadline.overdueMax / .seconds(1) + 1) ELSE 1 END)
                """)
            let metrics = Metrics()
            try await CheckoutMeters(metrics).measure(till.pool)
            #expect(metrics.text().contains("filmclub_orders_overdue 2\n"))
            #expect(try await till.checkout.deadlines.callForLongOverdue() == 1)
            #expect(try await till.checkout.deadlines.callForLongOverdue() == 0)
            #expect(try await till.state(of: id)["parked"] == "no-answer")

            try await till.apply([try till.event(FulfilmentTests.granted(order))])
            #expect(try await till.state(of: id)["state"] == "fulfilled")
            try await CheckoutMeters(metrics).measure(till.pool)
        }
    }
}
