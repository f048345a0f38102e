import FilmClubModel
import Postgres
import Reactor
import TestSupport

/// Looks from outside at what became of a fleet's orders: the services' tables, and the topics by a reader of its own.
/// It fails where it sees nothing.
struct Checker: Sendable {
    let fleet: Fleet
    /// Orders of earlier rounds count too: nothing may have happened to them.
    private(set) var orders: [PlacedOrder] = []

    init(_ fleet: Fleet) { self.fleet = fleet }

    /// How long all may take to come to rest when the faults are over (I15: 60 s), and what a loaded machine adds.
    static let restMax: Duration = .seconds(120)

    /// Waits until every order is through, and then looks whether each was fulfilled exactly once.
    mutating func check(_ placed: [PlacedOrder]) async throws -> TopicCensus {
        orders += placed
        guard !orders.isEmpty else { throw FleetFailed("no order was placed") }
        guard Set(orders.map(\.id)).count == orders.count, Set(orders.map(\.cart)).count == orders.count else {
            throw FleetFailed("two orders have one id or one cart")
        }
        try await waitForRest()
        try await checkOrders()
        try await checkEvents()
        try await checkWatermarks()
        return try await checkTopics()
    }

    // MARK: - Rest

    private func waitForRest() async throws {
        let deadline = ContinuousClock.now + Self.restMax
        var open: [String] = ["nothing was looked at"]
        while ContinuousClock.now < deadline {
            open = try await unrest()
            if open.isEmpty { return }
            try await TestLoop.shared.sleep(for: .milliseconds(100))
        }
        throw FleetFailed("no rest within \(Self.restMax): \(open.joined(separator: ", "))")
    }

    private func unrest() async throws -> [String] {
        var open: [String] = []
        func count(_ service: String, _ what: String, _ sql: SQL) async throws {
            let count = try await fleet.database(service).query(sql).one().get("count", as: Int64.self)
            if count > 0 { open.append("\(service): \(count) \(what)") }
        }
        try await count(
            "checkout", "orders not fulfilled",
            "SELECT count(*) AS count FROM orders WHERE state <> 'fulfilled' OR answer_due_at IS NOT NULL")
        try await count("streaming", "answers not heard", "SELECT count(*) AS count FROM orders WHERE NOT is_closed")
        try await count("cart", "carts not closed", "SELECT count(*) AS count FROM carts WHERE state <> 'closed'")
        for service in Fleet.services {
            try await count(service, "events parked", "SELECT count(*) AS count FROM inbox_parked")
            try await count(service, "requests to publish", "SELECT count(*) AS count FROM relay_request")
            try await count(
                service, "events not published",
                """
                SELECT count(*) AS count FROM event_log, relay_cursor
                WHERE NOT pg_visible_in_snapshot(xid, from_snapshot)
                """)
        }
        return open
    }

    // MARK: - Tables

    private func checkOrders() async throws {
        let ids = orders.map(\.id)
        let stored = try await fleet.database("checkout").query(
            "SELECT id::text, cart_id::text, state FROM orders ORDER BY id")
        try expect(
            Set(try stored.map { "\(try $0.get("id", as: String.self)) \(try $0.get("cart_id", as: String.self))" })
                == Set(orders.map { "\($0.id) \($0.cart)" }),
            "checkout has \(stored.count) orders, the customers \(orders.count), and they are not the same")

        let lines = try await fleet.database("checkout").query(
            "SELECT order_id::text, id::text, film_id::text FROM order_lines")
        let entitlements = try await fleet.database("streaming").query(
            "SELECT order_id::text, line_id::text AS id, film_id::text FROM entitlements WHERE state = 'granted'")
        func text(_ rows: Rows) throws -> [String] {
            try rows.map { row in
                try ["order_id", "id", "film_id"].map { try row.get($0, as: String.self) }.joined(separator: " ")
            }
        }
        let (ordered, granted) = (try text(lines), try text(entitlements))
        try expect(ordered.count == 5 * ids.count, "there are \(ordered.count) lines of \(ids.count) orders")
        try expect(Set(granted).count == granted.count, "a line has two entitlements")
        try expect(Set(ordered) == Set(granted), "lines and entitlements are not the same")

        let closed = try await fleet.database("cart").query(
            "SELECT id::text, order_id::text FROM carts WHERE state = 'closed'")
        try expect(
            Set(try closed.map { "\(try $0.get("order_id", as: String.self)) \(try $0.get("id", as: String.self))" })
                == Set(orders.map { "\($0.id) \($0.cart)" }), "carts are closed by other orders than they yielded")
    }

    /// One event of each kind, in sequence.
    private func checkEvents() async throws {
        for (service, topic, types) in Self.histories {
            let histories = try await fleet.database(service).query(
                """
                SELECT key, string_agg(type, ' ' ORDER BY sequence) AS types,
                       min(sequence) AS first, max(sequence) AS last, count(*) AS count
                FROM event_log WHERE topic = \(topic.name) GROUP BY key
                """)
            try expect(
                histories.count == orders.count, "\(topic) has \(histories.count) keys for \(orders.count) orders")
            for row in histories {
                let found: String = try row.get("types")
                try expect(found == types, "\(topic), \(try row.get("key", as: String.self)): \(found)")
                let (first, last) = (try row.get("first", as: Int64.self), try row.get("last", as: Int64.self))
                let count = try row.get("count", as: Int64.self)
                try expect(first == 1 && last == count, "\(topic): sequences \(first) to \(last) in \(count) events")
            }
        }
    }

    private static let histories: [(service: String, topic: Topic, types: String)] = [
        ("checkout", .orders, "OrderPlaced OrderConfirmed OrderFulfilled"),
        ("streaming", .entitlements, "EntitlementsGranted"),
        (
            "cart", .carts,
            "CartOpened FilmSelected FilmSelected FilmSelected FilmSelected FilmSelected CartCompleted CartClosed"
        ),
    ]

    /// Every consumer stands where the writer stands.
    private func checkWatermarks() async throws {
        for (writer, topic, consumers) in [
            ("checkout", Topic.orders, ["cart", "streaming"]), ("streaming", .entitlements, ["checkout"]),
        ] {
            let written = try await positions(
                "SELECT key, max(sequence) AS sequence FROM event_log WHERE topic = \(topic.name) GROUP BY key",
                in: writer)
            try expect(written.count == orders.count, "\(topic) has \(written.count) keys")
            for consumer in consumers {
                let read = try await positions(
                    "SELECT key, sequence FROM inbox_watermark WHERE topic = \(topic.name)", in: consumer)
                try expect(read == written, "\(consumer) does not stand where \(writer) stands in \(topic)")
            }
        }
    }

    private func positions(_ sql: SQL, in service: String) async throws -> [String: Int64] {
        var positions: [String: Int64] = [:]
        for row in try await fleet.database(service).query(sql) {
            positions[try row.get("key")] = try row.get("sequence", as: Int64.self)
        }
        return positions
    }

    func expect(_ holds: Bool, _ sentence: @autoclosure () throws -> String) throws {
        guard holds else { throw FleetFailed(try sentence()) }
    }
}
