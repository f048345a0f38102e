internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// Orders as their state machine needs them, in a transaction that holds their rows.
struct OrderProgressStore: Sendable {
    let transaction: PostgresTransaction

    struct Held: Sendable {
        var progress: OrderProgress
        let sale: Sale
        /// Nil: it has none yet.
        let invoiceId: InvoiceID?
        /// When the row was held, by the database's clock.
        let heldAt: Instant

        /// By which its buyer may cancel it; nil: the programme had none.
        let cancellationTerms: CancellationTerms?

        /// The film of each line.
        var films: [OrderLineID: FilmID] {
            Dictionary(sale.lines.map { ($0.lineId, $0.filmId) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Locks the rows in the order of their ids: two batches never wait in a circle.
    func hold(_ ids: Set<OrderID>) async throws -> [OrderID: Held] {
        let ids = ids.sorted()
        let rows = try await transaction.unit([
            """
            /* holdOrders */
            SELECT \(sql: OrderProgress.columns), \(sql: Sale.columns), orders.invoice_id,
                orders.cancellation, clock_timestamp() AS held_at
            FROM orders WHERE id = ANY(\(ids)) ORDER BY id FOR UPDATE
            """,
            """
            /* linesOfOrders */
            SELECT order_id, id, film_id, title, price_minor_units FROM order_lines
            WHERE order_id = ANY(\(ids)) ORDER BY order_id, position
            """,
        ])
        var lines: [OrderID: [Row]] = [:]
        for line in rows[1] { lines[try line.get("order_id"), default: []].append(line) }
        return try Dictionary(
            uniqueKeysWithValues: rows[0].map { row in
                let progress = try OrderProgress(row)
                let currency = try Currency(try row.get("currency"))
                let sale = try Sale(
                    row, of: progress.orderId,
                    lines: (lines[progress.orderId] ?? []).map { try OrderLine($0, in: currency) })
                return (
                    progress.orderId,
                    Held(
                        progress: progress, sale: sale, invoiceId: try row.get("invoice_id"),
                        heldAt: try row.get("held_at"),
                        cancellationTerms: try row.get("cancellation", as: JSONText?.self).map {
                            try JSON.decode(CancellationTerms.self, from: $0.bytes)
                        })
                )
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
    /// - Parameter invoices: those that were made for them; an invoice is never taken away.
    static func save(
        _ orders: [OrderProgress], invoices: [OrderID: InvoiceID] = [:], telling events: [EventDraft]
    ) -> [SQL] {
        let waits = orders.map { $0.waiting.map { $0.wait / .seconds(1) } }
        let update: SQL = """
            /* saveOrders */
            UPDATE orders
            SET state = saved.state, event_sequence = saved.event_sequence, parked = saved.parked,
                answer_attempts = saved.attempts, invoice_id = coalesce(saved.invoice_id, orders.invoice_id),
                answer_due_at = clock_timestamp()
                    + make_interval(secs => saved.wait * (1 - \(AnswerDeadline.jitter) * random()))
            FROM unnest(
                \(orders.map(\.orderId)), \(orders.map(\.state.rawValue)), \(orders.map(\.sequence)),
                \(orders.map(\.parked?.text)), \(orders.map(\.waiting.attemptsColumn)), \(waits),
                \(orders.map { invoices[$0.orderId] })
            ) AS saved (id, state, event_sequence, parked, attempts, wait, invoice_id)
            WHERE orders.id = saved.id
            """
        return events.isEmpty ? [update] : [update, EventLog.append(events)]
    }
}
