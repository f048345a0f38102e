internal import FilmClubModel
internal import JSON
internal import Postgres
internal import StreamingEntitlementDomain

/// An entitlement as clients see it.
struct EntitlementDocument: Sendable {
    let entitlement: Entitlement
    let title: String
    /// When it was read, by the database's clock.
    let now: Instant

    init(_ row: Row) throws {
        entitlement = try Entitlement(row)
        title = try row.get("title")
        now = try row.get("now")
    }

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        write(to: &writer)
        return writer.bytes
    }

    /// `{"entitlements":[…]}`
    static func json(_ list: [EntitlementDocument]) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 * (list.count + 1))
        writer.beginObject()
        writer.key("entitlements")
        writer.beginArray()
        for document in list { document.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", entitlement.id.text)
        writer.member("orderId", entitlement.orderId.text)
        writer.member("lineId", entitlement.lineId.text)
        writer.member("institutionId", entitlement.institutionId.text)
        writer.member("filmId", entitlement.filmId.text)
        writer.member("title", title)
        writer.member("opensAt", entitlement.window.opensAt.text)
        writer.member("closesAt", entitlement.window.closesAt.text)
        writer.member("state", entitlement.state.rawValue)
        writer.key("window")
        writer.beginObject()
        writer.member("state", entitlement.window.state(at: now).word)
        writer.endObject()
        writer.endObject()
    }
}

extension WindowState {
    fileprivate var word: String {
        switch self {
        case .notOpen: "not_open"
        case .open: "open"
        case .closed: "closed"
        }
    }
}
