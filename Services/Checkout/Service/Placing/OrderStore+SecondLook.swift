internal import CheckoutDomain
internal import FilmClubModel
internal import Postgres

extension OrderStore {
    /// What is true now of a request that could not be stored at once.
    struct Look: Sendable {
        /// What its key was answered with before; an answer once given stands, whatever has changed since.
        let answered: Outcome?
        /// The order that its cart has already.
        let orderOfCart: OrderID?
        let facts: OrderingFacts
    }

    /// One round trip. Only what is not stored at once comes here.
    func look(at command: PlaceOrder.Command, fingerprint: [UInt8]) async throws -> Look {
        let orderOfCart: SQL = """
            /* orderOfCart */
            SELECT id FROM orders
            WHERE institution_id = \(command.institution) AND cart_id = \(command.request.cartId)
            """
        let rows = try await pool.unit(
            [Self.selectAnswer(command.scopedKey), orderOfCart]
                + ProjectionStore.select(for: command.request, of: command.institution))
        return Look(
            answered: try rows[0].first.flatMap { try Self.answered($0, fingerprint: fingerprint) },
            orderOfCart: try rows[1].first.map { try $0.get("id") }, facts: try ProjectionStore.facts(rows[2...]))
    }
}
