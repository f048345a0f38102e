internal import CheckoutDomain
internal import FilmClubModel
internal import JSON

extension QuoteRow {
    /// Names its version, for If-Match.
    var entityTag: String { "\"\(standing.quote.version)\"" }

    /// As clients see it.
    func json(_ addresses: OrderAddresses) -> [UInt8] {
        let quote = standing.quote
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("id", quote.id.text)
        writer.member("version", quote.version)
        writer.member("institutionId", quote.institutionId.text)
        writer.member("programmeId", quote.programmeId.text)
        writer.member("state", quote.state.rawValue)
        if let message = quote.message { writer.member("message", message) }
        if let offer = quote.offer {
            writer.key("bundle")
            writer.money(offer.bundle)
            writer.member("validUntil", offer.validUntil.text)
        }
        writer.member("requestedAt", requestedAt.text)
        if let order = standing.usedBy { writer.link("order", order.text, addresses.order(order)) }
        writer.endObject()
        return writer.bytes
    }
}
