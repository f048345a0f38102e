internal import CheckoutDomain
internal import FilmClubModel
internal import Postgres

/// Issues the invoices of orders that were fulfilled without one: by a build before there were invoices. It finds them
/// by an index that holds no others.
struct InvoiceSweep: Sendable {
    /// Orders a transaction.
    static let ordersMax: Int32 = 100

    let pool: PostgresPool
    let seller: Seller

    /// Once, for at most `ordersMax`: how many there were.
    func callAsFunction() async throws -> Int {
        try await pool.withTransaction { transaction in
            let ids: [OrderID] = try await transaction.query(
                """
                /* ordersToInvoice */
                SELECT id FROM orders WHERE state = 'fulfilled' AND invoice_id IS NULL
                ORDER BY id LIMIT \(Self.ordersMax) FOR UPDATE SKIP LOCKED
                """
            ).map { try $0.get("id") }
            guard !ids.isEmpty else { return 0 }
            let held = try await OrderProgressStore(transaction: transaction).hold(Set(ids))
            let invoices = try ids.compactMap { try held[$0]?.invoiceDue(from: seller) }
            _ = try await transaction.unit(
                OrderProgressStore.save(
                    ids.compactMap { held[$0]?.progress }, invoices: invoices.idsByOrder, telling: [])
                    + IssueDocuments.statements(invoices))
            return invoices.count
        }
    }
}
