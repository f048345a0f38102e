internal import CheckoutDomain
internal import FilmClubModel
internal import Postgres

/// Reads orders as they stand.
struct OrderReader: Sendable {
    let pool: PostgresPool
    let addresses: OrderAddresses

    /// Whose it is; nil where there is none.
    func institution(of id: OrderID) async throws -> InstitutionID? {
        try await pool.query("/* institutionOfOrder */ SELECT institution_id FROM orders WHERE id = \(id)")
            .first.map { try $0.get(0) }
    }

    func order(_ id: OrderID) async throws -> OrderDocument? { try await order(id, in: pool) }

    /// One order with its lines, its documents and what has happened to it, in one round trip; nil where there is none.
    func order(_ id: OrderID, in database: some PostgresQueryable) async throws -> OrderDocument? {
        let rows = try await database.unit([
            """
            /* selectOrder */
            SELECT \(sql: OrderProgress.columns), number, cart_id, programme_id, programme_version, programme_name,
                   price_list_version, total_minor_units, currency, charge, payment_method, purchase_order_number, placed_at
            FROM orders WHERE id = \(id)
            """,
            """
            /* selectLines */
            SELECT id, film_id, title, price_minor_units FROM order_lines WHERE order_id = \(id) ORDER BY position
            """,
            """
            /* selectTimeline */
            SELECT type, time FROM event_log WHERE topic = \(Topic.orders.name) AND key = \(id.text) ORDER BY sequence
            """,
            """
            /* selectDocuments */
            SELECT id, series, number, total_minor_units, currency, invoice_standing.due_on, balance_minor_units
            FROM billing_documents LEFT JOIN invoice_standing ON invoice_id = id
            WHERE order_id = \(id) ORDER BY id
            """,
        ])
        guard let row = rows[0].first else { return nil }
        return try document(row, lines: rows[1], timeline: rows[2], documents: rows[3])
    }

    private func document(_ row: Row, lines: Rows, timeline: Rows, documents: Rows) throws -> OrderDocument {
        let progress = try OrderProgress(row)
        let currency = try Currency(try row.get("currency"))
        return OrderDocument(
            id: progress.orderId, number: try row.get("number"), state: progress.state,
            institutionId: progress.institutionId, cartId: try row.get("cart_id"),
            programmeId: try row.get("programme_id"), programmeVersion: try row.get("programme_version"),
            programmeName: try row.get("programme_name"),
            priceListVersion: Int(try row.get("price_list_version", as: Int32.self)),
            lines: try lines.map { try OrderLine($0, in: currency) },
            total: Money(minorUnits: try row.get("total_minor_units"), currency: currency),
            charge: try row.get("charge"),
            payment: try PaymentTerms(
                method: try row.get("payment_method"), purchaseOrderNumber: try row.get("purchase_order_number")),
            placedAt: try row.get("placed_at"), parked: progress.parked,
            timeline: try timeline.map { OrderDocument.Step(event: try $0.get("type"), at: try $0.get("time")) },
            documents: try documents.map { try OrderDocument.Billed($0, addresses) },
            statusURL: addresses.order(progress.orderId))
    }
}
