internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// An operator's offer, or another one while no order has used it, with its line in the audit log.
struct OfferQuote: Sendable {
    let pool: PostgresPool

    enum Refusal: Error {
        case unknown
        case inThePast
        case used(OrderID)
    }

    /// The quote as it is then.
    /// - Parameter check: throws where the operator has not seen this state.
    func callAsFunction(
        _ id: QuoteID, _ offer: Quote.Offer, by call: OperatorCall, check: @Sendable (QuoteRow) throws -> Void
    ) async throws -> QuoteRow {
        try await pool.withTransaction { transaction in
            let rows = try await transaction.unit([QuoteStore.hold(id), QuoteStore.select(id, of: nil)])
            guard let held = try rows[1].first.map({ try QuoteRow($0) }) else { throw Refusal.unknown }
            try check(held)
            if let order = held.standing.usedBy { throw Refusal.used(order) }
            guard held.standing.readAt < offer.validUntil else { throw Refusal.inThePast }
            var quote = held.standing.quote
            let isNews = quote.offer(offer)
            let line = call.granted(["version": .integer(quote.version), "bundle": .string("\(offer.bundle)")])
            let offered = try await transaction.unit(
                (isNews ? [QuoteStore.write(offered: quote)] : []) + [line, QuoteStore.select(id, of: nil)])
            return try QuoteRow(try (offered.last ?? rows[1]).one())
        }
    }
}
