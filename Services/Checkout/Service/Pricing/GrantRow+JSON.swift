internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import JSON

extension GrantRow {
    /// As clients see it.
    func json(_ addresses: OrderAddresses) -> [UInt8] {
        let grant = standing.grant
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("id", grant.id.text)
        writer.member("institutionId", grant.institutionId.text)
        writer.member("cycle", grant.cycle.name.text)
        writer.member("validFrom", grant.cycle.startsAt.text)
        writer.member("validUntil", grant.cycle.endsAt.text)
        writer.member("state", grant.state.rawValue)
        switch grant.decision {
        case nil: break
        case .granted(let percent): writer.member("percent", percent)
        case .refused(let reason): writer.member("reason", reason)
        }
        writer.member("statement", grant.statement)
        writer.member("appliedAt", appliedAt.text)
        if let decidedAt { writer.member("decidedAt", decidedAt.text) }
        if let order = standing.usedBy { writer.link("order", order.text, addresses.order(order)) }
        writer.endObject()
        return writer.bytes
    }
}

extension GrantCycle {
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", name.text)
        writer.member("startsAt", startsAt.text)
        writer.member("endsAt", endsAt.text)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// The member `name`: where something is found.
    mutating func link(_ name: String, _ id: String, _ href: String) {
        key(name)
        beginObject()
        member("id", id)
        member("href", href)
        endObject()
    }
}
