internal import Postgres
internal import ServiceShell

/// What an operator sees of orders. Counted without a look at the closed ones, however many there are.
struct CheckoutMeters: Sendable {
    let outcomes: MetricFamily<Counter>
    let deadlines: Counter
    let batches: Counter
    let batched: Counter
    private let open: MetricFamily<Gauge>
    private let oldest: MetricFamily<Gauge>
    private let parked: Gauge
    private let overdue: Gauge
    private let overdueOldest: Gauge

    init(_ metrics: Metrics) {
        outcomes = metrics.counter(
            "filmclub_orders_total", labels: ["outcome"],
            help: "Requests for an order that could be read, by what became of them.")
        batches = metrics.counter("filmclub_order_batches_total", help: "Transactions in which orders were stored.")
        batched = metrics.counter(
            "filmclub_order_batch_orders_total",
            help: "Orders in these transactions; divided by their number it is the size of a batch.")
        deadlines = metrics.counter(
            "filmclub_order_deadlines_total", help: "Overdue answers that were asked for again.")
        open = metrics.gauge(
            "filmclub_orders_open", labels: ["state"], help: "Orders that have not come to their end, by state.")
        oldest = metrics.gauge(
            "filmclub_orders_open_oldest_seconds", labels: ["state"], help: "Age of the oldest open order, by state.")
        parked = metrics.gauge("filmclub_orders_parked", help: "Open orders that wait for a person.")
        overdue = metrics.gauge(
            "filmclub_orders_overdue", help: "Open orders whose awaited answer is overdue, asked for again or not.")
        overdueOldest = metrics.gauge(
            "filmclub_orders_overdue_oldest_seconds", help: "How long the longest of them has been overdue.")
    }

    func sent(batchOf orders: Int) {
        batches.increment()
        batched.increment(by: orders)
    }

    static let states = ["placed", "confirmed"]

    /// By the index of open orders.
    func measure(_ pool: PostgresPool) async throws {
        let rows = try await pool.query(
            """
            /* measureOrders */
            SELECT state, count(*) AS count, count(*) FILTER (WHERE parked IS NOT NULL) AS parked,
                   count(*) FILTER (WHERE answer_due_at <= clock_timestamp()) AS overdue,
                   extract(epoch FROM clock_timestamp() - min(answer_due_at))::float8 AS overdue_age,
                   extract(epoch FROM clock_timestamp() - min(placed_at))::float8 AS age
            FROM orders WHERE state IN ('placed', 'confirmed') GROUP BY state
            """)
        var measured: [String: (count: Double, age: Double)] = [:]
        var parkedCount: Int64 = 0
        var overdueCount: Int64 = 0
        var overdueAge = 0.0
        for row in rows {
            let count = try row.get("count", as: Int64.self)
            measured[try row.get("state")] = (Double(count), try row.get("age"))
            parkedCount += try row.get("parked", as: Int64.self)
            overdueCount += try row.get("overdue", as: Int64.self)
            overdueAge = max(overdueAge, try row.get("overdue_age", as: Double?.self) ?? 0)
        }
        for state in Self.states {
            open.with(state).set(measured[state]?.count ?? 0)
            oldest.with(state).set(max(0, measured[state]?.age ?? 0))
        }
        parked.set(Double(parkedCount))
        overdue.set(Double(overdueCount))
        overdueOldest.set(overdueAge)
    }
}
