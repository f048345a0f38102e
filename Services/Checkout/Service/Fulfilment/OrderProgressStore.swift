internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// Orders as their state machine needs them, in a transaction that holds their rows.
struct OrderProgressStore: Sendable {
    let transaction: PostgresTransaction

    struct Held: Sendable {
        var progress: OrderProgress
        let lines: [OrderLineID: FilmID]
    }

    /// Locks the rows in the order of their ids: two batches never wait in a circle.
    func hold(_ ids: Set<OrderID>) async throws -> [OrderID: Held] {
        let ids = ids.sorted()
        let rows = try await transaction.unit([
            """
            /* holdOrders */
            SELECT \(sql: OrderProgress.columns) FROM orders WHERE id = ANY(\(ids)) ORDER BY id FOR UPDATE
            """,
            "/* linesOfOrders */ SELECT order_id, id, film_id FROM order_lines WHERE order_id = ANY(\(ids))",
        ])
        var lines: [OrderID: [OrderLineID: FilmID]] = [:]
        for row in rows[1] {
            let (order, line, film) = try row.decode(OrderID.self, OrderLineID.self, FilmID.self)
            lines[order, default: [:]][line] = film
        }
        return Dictionary(
            uniqueKeysWithValues: try rows[0].map { row in
                let progress = try OrderProgress(row)
                return (progress.orderId, Held(progress: progress, lines: lines[progress.orderId] ?? [:]))
            })
    }

    /// Orders whose answer is overdue by the database's clock, the longest first; those in other hands are left out.
    func holdOverdue(limit: Int32) async throws -> [OrderProgress] {
        try await transaction.query(
            """
            /* holdOverdueOrders */
            SELECT \(sql: OrderProgress.columns) FROM orders
            WHERE answer_due_at <= clock_timestamp()
            ORDER BY answer_due_at LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """
        ).map { try OrderProgress($0) }
    }

    /// Calls a person to at most `limit` orders whose answer has been overdue for long and that are not parked yet;
    /// yields their ids. They wait on for their answer.
    static func parkLongOverdue(limit: Int32) -> SQL {
        """
        /* parkLongOverdueOrders */
        UPDATE orders SET parked = \(ParkingReason.noAnswer.text)
        WHERE id = ANY(ARRAY(
            SELECT id FROM orders
            WHERE answer_due_at < clock_timestamp() - make_interval(secs => \(AnswerDeadline.overdueMax / .seconds(1)))
              AND parked IS NULL
            ORDER BY answer_due_at LIMIT \(limit) FOR UPDATE SKIP LOCKED))
        RETURNING id
        """
    }

    /// How far the orders have come, and the events that tell of it. A deadline that runs is set anew.
    static func save(_ orders: [OrderProgress], telling events: [EventDraft]) -> [SQL] {
        let waits = orders.map { $0.waiting.map { $0.wait / .seconds(1) } }
        let update: SQL = """
            /* saveOrders */
            UPDATE orders
            SET state = saved.state, event_sequence = saved.event_sequence, parked = saved.parked,
                answer_attempts = saved.attempts,
                answer_due_at = clock_timestamp()
                    + make_interval(secs => saved.wait * (1 - \(AnswerDeadline.jitter) * random()))
            FROM unnest(
                \(orders.map(\.orderId)), \(orders.map(\.state.rawValue)), \(orders.map(\.sequence)),
                \(orders.map(\.parked?.text)), \(orders.map(\.waiting.attemptsColumn)), \(waits)
            ) AS saved (id, state, event_sequence, parked, attempts, wait)
            WHERE orders.id = saved.id
            """
        return events.isEmpty ? [update] : [update, EventLog.append(events)]
    }
}
