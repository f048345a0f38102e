internal import FilmClubModel
internal import FoundationEssentials
internal import Postgres
internal import Reactor
internal import ServiceShell

/// One order's life across the services, from their own stores.
struct Trace: Subcommand {
    static let name = "trace"
    static let summary = "Show one order's life across the services: every hop with its latency."
    static let usage = "trace ORDER"

    private let order: OrderID

    init(_ options: Options) throws(UsageError) {
        let text = try options.onlyWord("order by its id", usage: Self.usage)
        do {
            order = try OrderID(text)
        } catch {
            throw UsageError("\(error)")
        }
    }

    /// An event of the order's work, in some service's log.
    struct Hop: Sendable {
        let service: String
        let type: String
        let id: UUID
        let cause: UUID?
        let time: Instant
        let trace: TraceContext?
        /// When each consumer of the event had applied it, where the consumer's watermark still stands at it.
        var applied: [(consumer: String, at: Instant)] = []
        let topic: String
        let key: String
        let sequence: Int64
    }

    func run(_ context: CommandContext) async throws {
        let stores = try Store.all(context)
        defer { for store in stores { Task { await store.pool.close() } } }
        guard let checkout = stores.first(where: { $0.service == "checkout" }),
            let correlation = try await checkout.correlation(of: order)
        else { throw OrderUnknown(order: order) }
        var hops: [Hop] = []
        for store in stores { hops += try await store.hops(of: correlation) }
        for store in stores {
            for (index, hop) in hops.enumerated() {
                hops[index].applied += try await store.applied(hop)
            }
        }
        hops.sort { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
        print(Self.text(order: order, hops))
    }

    /// A line a hop: when, how long after its cause, where, what, and who had applied it when.
    static func text(order: OrderID, _ hops: [Hop]) -> String {
        guard let first = hops.first else { return "" }
        let byID = Dictionary(hops.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var lines = [
            "order \(order)", "trace \(Set(hops.compactMap { $0.trace?.traceID }).sorted().joined(separator: ", "))",
            "",
        ]
        var rows: [(at: Instant, text: String)] = []
        for hop in hops {
            let after = hop.cause.flatMap { byID[$0] }.map { "\(milliseconds(hop.time - $0.time)) after \($0.type)" }
            rows.append(
                (hop.time, "\(hop.service.padded(to: 22))\(hop.type.padded(to: 20))  \(after ?? "began it")"))
            for (consumer, at) in hop.applied where at > hop.time {
                let applied = "applied \(hop.type), \(milliseconds(at - hop.time)) later"
                rows.append((at, "\(consumer.padded(to: 22))\(applied)"))
            }
        }
        lines += rows.sorted { $0.at < $1.at }.map { row in
            "\(milliseconds(row.at - first.time).padded(12))  \(row.text)"
        }
        if let last = (hops.map(\.time) + hops.flatMap { $0.applied.map(\.at) }).max() {
            lines += ["", "\(hops.count) events, \(milliseconds(last - first.time)) from first to last"]
        }
        return lines.joined(separator: "\n")
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let microseconds = Int64(duration / .microseconds(1))
        return "\(microseconds / 1_000).\(String(1_000 + abs(microseconds) % 1_000).dropFirst()) ms"
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate func padded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

/// One service's store, for reading.
private struct Store: Sendable {
    let service: String
    let pool: PostgresPool

    static func all(_ context: CommandContext) throws -> [Store] {
        let named = [
            ("catalog", OperatorKeys.catalogDatabase), ("cart", OperatorKeys.cartDatabase),
            ("checkout", OperatorKeys.checkoutDatabase), ("streaming-entitlement", OperatorKeys.streamingDatabase),
        ]
        return try named.map { service, key in
            guard let url = context.settings[key] else {
                throw UsageError("\(key.declaration.name) must be set: trace reads the services' own stores.")
            }
            var configuration = PostgresConfiguration(url, applicationName: "filmclub-trace")
            configuration.connectionsMax = 1
            return Store(service: service, pool: PostgresPool(configuration, on: context.loop))
        }
    }

    func correlation(of order: OrderID) async throws -> UUID? {
        try await pool.query(
            """
            /* correlationOfOrder */
            SELECT correlation_id FROM event_log WHERE topic = \(Topic.orders.name) AND key = \(order.text)
            ORDER BY sequence LIMIT 1
            """
        ).first?.get("correlation_id")
    }

    func hops(of correlation: UUID) async throws -> [Trace.Hop] {
        try await pool.query(
            """
            /* hopsOfOrder */
            SELECT type, id, causation_id, time, traceparent, topic, key, sequence FROM event_log
            WHERE correlation_id = \(correlation) ORDER BY number
            """
        ).map { row in
            Trace.Hop(
                service: service, type: try row.get("type"), id: try row.get("id"), cause: try row.get("causation_id"),
                time: try row.instant("time"),
                trace: try row.get("traceparent", as: String?.self).flatMap { try? TraceContext($0) },
                topic: try row.get("topic"), key: try row.get("key"), sequence: try row.get("sequence"))
        }
    }

    func applied(_ hop: Trace.Hop) async throws -> [(consumer: String, at: Instant)] {
        try await pool.query(
            """
            /* appliedHop */
            SELECT consumer, applied_at FROM inbox_watermark
            WHERE topic = \(hop.topic) AND key = \(hop.key) AND sequence = \(hop.sequence)
            """
        ).map { (consumer: try $0.get("consumer"), at: try $0.instant("applied_at")) }
    }
}

/// Checkout has no event of this order.
struct OrderUnknown: Error, CustomStringConvertible {
    let order: OrderID
    var description: String { "Checkout knows no order \(order)." }
}

extension Row {
    fileprivate func instant(_ column: String) throws -> Instant {
        Instant(clamping: try get(column, as: PostgresTimestamp.self).microsecondsSince1970)
    }
}
