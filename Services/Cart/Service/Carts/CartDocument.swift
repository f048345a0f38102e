internal import CartDomain
internal import FilmClubModel
internal import JSON

/// A cart as clients see it, with what is still missing.
struct CartDocument: Sendable {
    let cart: Cart
    let facts: CartFacts

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", cart.id.text)
        writer.member("institutionId", cart.institutionId.text)
        writer.member("programmeId", cart.programmeId.text)
        writer.member("state", state.rawValue)
        if let orderId = cart.orderId { writer.member("orderId", orderId.text) }
        writer.key("slots")
        writer.beginArray()
        for slot in 1...max(1, cart.slots) { write(slot: slot, to: &writer) }
        writer.endArray()
        writer.key("missing")
        write(completeness, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private var completeness: Completeness { Completeness(of: cart, by: facts) }

    /// As it is judged now: a film may have been withdrawn since the cart was complete.
    private var state: Cart.State {
        guard cart.state != .closed else { return .closed }
        return completeness.isComplete ? .complete : .open
    }

    private func write(slot: Int, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("slot")
        writer.integer(Int64(slot))
        if let film = cart.films[slot] {
            writer.member("filmId", film.text)
            if let title = facts.films[film]?.title { writer.member("title", title) }
        }
        writer.endObject()
    }

    private func write(_ completeness: Completeness, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("films")
        writer.integer(Int64(completeness.missingFilms))
        writer.key("reasons")
        writer.beginArray()
        for reason in completeness.reasons {
            writer.beginObject()
            writer.member("reason", reason.word)
            writer.member("message", reason.sentence)
            if let film = reason.filmId { writer.member("filmId", film.text) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }
}
