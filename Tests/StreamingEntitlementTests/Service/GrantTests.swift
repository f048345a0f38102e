import FilmClubModel
import JSON
import Postgres
import ServiceTestSupport
import StreamingEntitlementDomain
import TestSupport
import Testing

@testable import Messaging
@testable import StreamingEntitlementService

@Suite("Granting")
struct GrantTests {
    @Test("A confirmed order is granted an entitlement a line, and checkout is told")
    func grants() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order(caps: Caps(concurrentSessionsMax: 30))
            let ids = try await cinema.granted(order)
            #expect(ids.count == 5)
            let events = try await cinema.logged(order.orderId)
            #expect(events.map(\.type) == ["EntitlementsGranted"])
            #expect(events.map(\.sequence) == [1])
            let granted = try JSON.decode(EntitlementsGranted.self, from: try #require(events.first).body)
            #expect(granted.institutionId == cinema.school)
            #expect(granted.entitlements.map(\.entitlementId) == ids)
            #expect(granted.entitlements.map(\.lineId) == order.lines.map(\.lineId))
            #expect(granted.entitlements.map(\.filmId) == order.lines.map(\.filmId))
            let causes = try await cinema.pool.query("SELECT FROM event_log WHERE causation_id IS NOT NULL")
            #expect(causes.count == 1)
        }
    }

    @Test("An order that is confirmed again is not granted again: the first answer stands")
    func once() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            let first = try await cinema.granted(order)
            #expect(try await cinema.granted(order) == first)
            try await cinema.hear(order, order)
            #expect(try await cinema.count("entitlements") == 5)
            #expect(try await cinema.logged(order.orderId).count == 1)
        }
    }

    @Test("A batch of orders is granted together, each with its own answer")
    func batch() async throws {
        try await Cinema.with { cinema in
            let good = try cinema.order(301)
            let bad = try cinema.order(302, films: Array(cinema.films.prefix(4)))
            let other = try cinema.order(303, films: Array(cinema.films.suffix(5)))
            try await cinema.hear(good, bad, other)
            #expect(try await cinema.count("entitlements") == 10)
            #expect(try await cinema.logged(good.orderId).map(\.type) == ["EntitlementsGranted"])
            #expect(try await cinema.logged(bad.orderId).map(\.type) == ["EntitlementsRefused"])
            #expect(try await cinema.logged(other.orderId).map(\.type) == ["EntitlementsGranted"])
        }
    }

    @Test("An order that can't be watched as a whole gets nothing, and checkout is told why")
    func refuses() async throws {
        try await Cinema.with { cinema in
            let unknown = Array(cinema.films.prefix(4)) + [Sample.id(999)]
            let table: [(OrderConfirmed, String)] = [
                (try cinema.order(310, films: unknown), "film-without-media"),
                (try cinema.order(311, films: Array(cinema.films.prefix(4))), "wrong-number-of-films"),
                (try cinema.order(312, films: cinema.films), "wrong-number-of-films"),
                (try cinema.order(313, films: [cinema.films[0], cinema.films[0]], slots: nil), "film-twice"),
            ]
            for (order, reason) in table {
                #expect(try await cinema.granted(order).isEmpty)
                let events = try await cinema.logged(order.orderId)
                #expect(events.map(\.type) == ["EntitlementsRefused"])
                let refused = try JSON.decode(EntitlementsRefused.self, from: try #require(events.first).body)
                #expect(refused.reason == reason)
            }
            #expect(try await cinema.count("entitlements") == 0)
        }
    }

    @Test("A cancelled order's entitlements are revoked once, each told in sequence")
    func revokes() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            _ = try await cinema.granted(order)
            let end = OrderCancelled(orderId: order.orderId, institutionId: order.institutionId, reason: "test")
            try await cinema.hear(end)
            try await cinema.hear(end)
            let events = try await cinema.logged(order.orderId)
            #expect(events.map(\.sequence) == [1, 2, 3, 4, 5, 6])
            #expect(events.dropFirst().allSatisfy { $0.type == "EntitlementRevoked" })
            let states = try await cinema.get("/v1/entitlements?orderId=\(order.orderId)").json["entitlements"]
            #expect(states?.arrayValue?.map { $0["state"] } == Array(repeating: .string("revoked"), count: 5))
        }
    }

    @Test(
        "An order that was confirmed, granted and cancelled in one batch ends revoked; one never heard of ends nothing")
    func revokesWithinBatch() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            let unknown = try cinema.order(301)
            try await cinema.hear(
                order, OrderCancelled(orderId: order.orderId, institutionId: order.institutionId, reason: "test"),
                OrderRefunded(
                    orderId: unknown.orderId, institutionId: unknown.institutionId,
                    amount: Money(minorUnits: 1, currency: try Currency("USD")), reason: "test"))
            #expect(try await cinema.logged(order.orderId).count == 6)
            #expect(try await cinema.logged(unknown.orderId).isEmpty)
        }
    }

    @Test("An unpaid order's entitlements are suspended once and reinstated once; what was revoked stays revoked")
    func suspends() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            _ = try await cinema.granted(order)
            let suspended = OrderSuspended(
                orderId: order.orderId, institutionId: order.institutionId, reason: "unpaid")
            let reinstated = OrderReinstated(orderId: order.orderId, institutionId: order.institutionId)
            try await cinema.hear(suspended, suspended)
            #expect(try await cinema.states(of: order.orderId) == ["suspended"])
            #expect(try await cinema.logged(order.orderId).last?.type == "EntitlementSuspended")
            try await cinema.hear(reinstated)
            #expect(try await cinema.states(of: order.orderId) == ["granted"])
            // In one batch each takes its turn.
            try await cinema.hear(suspended, reinstated)
            #expect(try await cinema.states(of: order.orderId) == ["granted"])
            #expect(try await cinema.logged(order.orderId).map(\.sequence) == Array(1...21))
            let end = OrderCancelled(orderId: order.orderId, institutionId: order.institutionId, reason: "test")
            try await cinema.hear(suspended, end, reinstated, suspended)
            #expect(try await cinema.states(of: order.orderId) == ["revoked"])
            #expect(try await cinema.logged(order.orderId).last?.type == "EntitlementRevoked")
        }
    }

    @Test("Somebody waits for an answer until checkout has heard it")
    func unfinished() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            _ = try await cinema.granted(order)
            let waiting = try await cinema.pool.query(StreamingEntitlement.unfinished)
            #expect(try waiting.map { try $0.get(1, as: String.self) } == [order.orderId.text])
            try await cinema.hear(
                OrderFulfilled(orderId: order.orderId, institutionId: order.institutionId, fulfilledAt: .now()))
            #expect(try await cinema.pool.query(StreamingEntitlement.unfinished).isEmpty)
        }
    }
}

extension Cinema {
    /// Each that one of the order's entitlements is in.
    fileprivate func states(of order: OrderID) async throws -> [String] {
        let rows = try await pool.query("SELECT DISTINCT state FROM entitlements WHERE order_id = \(order)")
        return try rows.map { try $0.get(0) }
    }
}

@Suite("Screening windows")
struct ScreeningWindowTests {
    struct Example: Sendable {
        let zone: String
        let opens: String
        let closes: String
    }

    static let examples = [
        Example(zone: "Etc/UTC", opens: "2026-03-05T17:00:00Z", closes: "2026-03-12T17:00:00Z"),
        // Clocks go forward on 8 March: the same time of day comes an hour sooner.
        Example(zone: "America/New_York", opens: "2026-03-05T17:00:00Z", closes: "2026-03-12T16:00:00Z"),
        // And back on 25 October.
        Example(zone: "Europe/Madrid", opens: "2026-10-20T08:30:00.123456Z", closes: "2026-10-27T09:30:00.123456Z"),
        // 02:30 of 8 March does not exist in New York; 03:30 stands for it.
        Example(zone: "America/New_York", opens: "2026-03-01T07:30:00Z", closes: "2026-03-08T07:30:00Z"),
        // Lord Howe moves its clocks by half an hour.
        Example(zone: "Australia/Lord_Howe", opens: "2026-04-01T00:00:00Z", closes: "2026-04-08T00:30:00Z"),
    ]

    @Test("A window is seven local days of the institution, whatever its clocks do meanwhile")
    func localDays() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            for example in Self.examples {
                var order = try EntitlementGrantsTests.order(films: [1])
                order.timeZone = try TimeZoneName(example.zone)
                let moment = try Instant(example.opens)
                let rows = try await pool.query(ScreeningWindows.select([order], from: "\(moment)"))
                let window = try ScreeningWindows.window(try rows.one())
                #expect(window.opensAt == moment)
                #expect(window.closesAt == (try Instant(example.closes)), "\(example)")
            }
        }
    }

    @Test("Each order of a batch gets its own zone's window")
    func batch() async throws {
        try await TestDatabase.with { database in
            let orders = try Self.examples.map { example in
                var order = try EntitlementGrantsTests.order(films: [1])
                order.timeZone = try TimeZoneName(example.zone)
                return order
            }
            let moment = try Instant("2026-03-05T17:00:00Z")
            let rows = try await database.pool().query(ScreeningWindows.select(orders, from: "\(moment)"))
            let hours = try rows.map { row in
                let window = try ScreeningWindows.window(row)
                return (window.closesAt - window.opensAt) / .seconds(3600)
            }
            #expect(hours == [168, 167, 168, 167, 168])
        }
    }
}
