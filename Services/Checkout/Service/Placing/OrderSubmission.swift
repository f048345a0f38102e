internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// An order that was decided on, with everything that becomes durable together with it.
struct OrderSubmission: Sendable {
    let order: PlacedOrder
    /// The order's institution as JSON, for its snapshot.
    let institution: JSONText
    /// What it costs as JSON, as it is stored, answered and told.
    let charge: JSONText
    /// The programme's terms of cancellation as JSON.
    let cancellation: JSONText?
    let key: ScopedKey
    /// SHA-256 of what was asked.
    let fingerprint: [UInt8]
    let answer: StoredAnswer
    let events: [EventDraft]

    var claims: [OrderClaim] {
        var claims: [OrderClaim] = [.cart(order.institution.id, order.request.cartId), .key(key)]
        if let grant = order.request.grantId { claims.append(.grant(grant)) }
        if let quote = order.request.quote { claims.append(.quote(quote.id)) }
        return claims
    }

    /// What it adds to its transaction: the texts, which are nearly all of it, and a little for each row.
    var bytes: Int {
        institution.bytes.count + charge.bytes.count + answer.body.count + events.reduce(0) { $0 + $1.body.count }
            + order.lines.reduce(0) { $0 + $1.title.utf8.count } + 1_024
    }
}
