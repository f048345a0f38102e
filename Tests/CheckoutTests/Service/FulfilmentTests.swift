import CheckoutDomain
import FilmClubModel
import JSON
import Messaging
import Postgres
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("From confirmed to fulfilled")
struct FulfilmentTests {
    static func placed(_ till: Till) async throws -> (id: OrderID, confirmed: OrderConfirmed) {
        let id = try #require(try await till.order(till.house.request()).orderID)
        let events = try await till.logged(.orders, id.text)
        return (id, try JSON.decode(OrderConfirmed.self, from: events[1].body))
    }

    static func granted(_ order: OrderConfirmed) -> EntitlementsGranted {
        EntitlementsGranted(
            orderId: order.orderId, institutionId: order.institutionId,
            entitlements: order.lines.map {
                GrantedEntitlement(
                    entitlementId: .generate(now: .now()), lineId: $0.lineId, filmId: $0.filmId, opensAt: .now(),
                    closesAt: .now() + .seconds(7 * 86_400))
            })
    }

    @Test("Granted entitlements fulfil the order: its third event, caused by the answer, and nothing is waited for")
    func fulfilled() async throws {
        try await Till.with { till in
            let (id, order) = try await Self.placed(till)
            let answer = try till.event(Self.granted(order))
            try await till.apply([answer])

            let state = try await till.state(of: id)
            #expect(state["state"] == "fulfilled")
            #expect(state["parked"] == nil)
            let events = try await till.logged(.orders, id.text)
            #expect(events.map(\.sequence) == [1, 2, 3])
            #expect(events.last?.type == "OrderFulfilled")
            #expect(try JSON.decode(OrderFulfilled.self, from: events[2].body).orderId == id)
            let row = try await till.pool.query(
                """
                SELECT causation_id, correlation_id, answer_due_at IS NULL AS rests
                FROM event_log JOIN orders ON key = orders.id::text WHERE sequence = 3
                """
            ).one()
            #expect(try row.get("causation_id", as: EventID.self) == answer.envelope.id)
            #expect(try row.get("correlation_id", as: CorrelationID?.self) == answer.envelope.correlationID)
            #expect(try row.get("rests"))
        }
    }

    @Test("The same answer again, and a refusal after it, change nothing")
    func again() async throws {
        try await Till.with { till in
            let (id, order) = try await Self.placed(till)
            let granted = Self.granted(order)
            try await till.apply([try till.event(granted), try till.event(granted)])
            try await till.apply([try till.event(granted)])
            let refused = EntitlementsRefused(orderId: id, institutionId: order.institutionId, reason: "late")
            try await till.apply([try till.event(refused)])
            #expect(try await till.logged(.orders, id.text).count == 3)
            #expect(try await till.state(of: id)["state"] == "fulfilled")
        }
    }

    @Test("A refusal parks the order where everybody sees it; a later grant still fulfils it")
    func refused() async throws {
        try await Till.with { till in
            let (id, order) = try await Self.placed(till)
            let refused = EntitlementsRefused(
                orderId: id, institutionId: order.institutionId, reason: "film-without-media")
            try await till.apply([try till.event(refused)])
            let parked = try await till.state(of: id)
            #expect(parked["state"] == "confirmed")
            #expect(parked["parked"] == "entitlements-refused:film-without-media")
            #expect(try await till.logged(.orders, id.text).count == 2)
            let waiting = try await till.pool.query("SELECT FROM orders WHERE answer_due_at IS NOT NULL")
            #expect(waiting.isEmpty)

            try await till.apply([try till.event(Self.granted(order))])
            let fulfilled = try await till.state(of: id)
            #expect(fulfilled["state"] == "fulfilled")
            #expect(fulfilled["parked"] == nil)
        }
    }

    @Test("A batch fulfils many orders at once")
    func batch() async throws {
        try await Till.with { till in
            var events: [InboxEvent] = []
            for _ in 0..<5 { events.append(try till.event(Self.granted(try await Self.placed(till).confirmed))) }
            try await till.apply(events)
            let fulfilled = try await till.pool.query("SELECT FROM orders WHERE state = 'fulfilled'")
            #expect(fulfilled.count == 5)
        }
    }

    @Test("An answer to an order that nobody placed is an error, not silence")
    func unknown() async throws {
        try await Till.with { till in
            var (_, order) = try await Self.placed(till)
            order.orderId = .generate(now: .now())
            let answer = try till.event(Self.granted(order))
            await #expect(throws: UnknownOrder.self) { try await till.apply([answer]) }
        }
    }

    @Test("What else the topics tell is nothing to an order")
    func others() async throws {
        try await Till.with { till in
            let (id, _) = try await Self.placed(till)
            let suspended = EntitlementSuspended(
                orderId: id, entitlementId: .generate(now: .now()), reason: "unpaid")
            try await till.apply([try till.event(suspended)])
            #expect(try await till.state(of: id)["state"] == "confirmed")
        }
    }

    @Test("Unfinished orders are those that somebody waits for")
    func unfinished() async throws {
        try await Till.with { till in
            let (id, order) = try await Self.placed(till)
            func keys() async throws -> [String] {
                try await till.pool.query(Checkout.unfinished).map { try $0.get(1) }
            }
            #expect(try await keys() == [id.text])
            try await till.apply([try till.event(Self.granted(order))])
            #expect(try await keys().isEmpty)
        }
    }
}
