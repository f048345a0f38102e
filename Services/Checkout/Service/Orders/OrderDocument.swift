internal import CheckoutDomain
internal import FilmClubModel
internal import JSON

/// An order as clients see it.
struct OrderDocument: Sendable {
    struct Step: Hashable, Sendable {
        /// The event's name: `OrderConfirmed`.
        let event: String
        let at: Instant
    }

    let id: OrderID
    let number: String
    let state: OrderState
    let institutionId: InstitutionID
    let cartId: CartID
    let programmeId: ProgrammeID
    let programmeVersion: Int64
    let programmeName: String
    let priceListVersion: Int
    let lines: [OrderLine]
    let total: Money
    let payment: PaymentTerms
    let placedAt: Instant
    let parked: ParkingReason?
    /// The order's events so far; none in the answer to its placing.
    let timeline: [Step]
    let statusURL: String

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.beginObject()
        writer.member("id", id.text)
        writer.member("number", number)
        writer.member("state", state.rawValue)
        if let parked { writer.member("parked", parked.text) }
        writer.member("institutionId", institutionId.text)
        writer.member("cartId", cartId.text)
        writer.key("programme")
        writer.beginObject()
        writer.member("id", programmeId.text)
        writer.member("version", programmeVersion)
        writer.member("name", programmeName)
        writer.member("priceListVersion", priceListVersion)
        writer.endObject()
        write(lines, to: &writer)
        writer.key("total")
        writer.money(total)
        write(payment, to: &writer)
        writer.member("placedAt", placedAt.text)
        writeTimeline(to: &writer)
        writer.member("statusUrl", statusURL)
        writer.endObject()
        return writer.bytes
    }

    private func write(_ lines: [OrderLine], to writer: inout JSONWriter) {
        writer.key("lines")
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.member("lineId", line.lineId.text)
            writer.member("filmId", line.filmId.text)
            writer.member("title", line.title)
            writer.key("price")
            writer.money(line.price)
            writer.endObject()
        }
        writer.endArray()
    }

    private func write(_ payment: PaymentTerms, to writer: inout JSONWriter) {
        writer.key("payment")
        writer.beginObject()
        let (method, purchaseOrderNumber) = payment.columns
        writer.member("method", method)
        if let purchaseOrderNumber { writer.member("purchaseOrderNumber", purchaseOrderNumber) }
        writer.endObject()
    }

    private func writeTimeline(to writer: inout JSONWriter) {
        guard !timeline.isEmpty else { return }
        writer.key("timeline")
        writer.beginArray()
        for step in timeline {
            writer.beginObject()
            writer.member("event", step.event)
            writer.member("at", step.at.text)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension OrderDocument {
    /// As it is answered when it is placed.
    init(_ order: PlacedOrder, statusURL: String) {
        self.init(
            id: order.id, number: order.number.text, state: order.progress.state,
            institutionId: order.institution.id, cartId: order.request.cartId, programmeId: order.programme.id,
            programmeVersion: order.programme.version, programmeName: order.programme.name,
            priceListVersion: order.programme.priceList.version, lines: order.lines, total: order.total,
            payment: order.request.payment, placedAt: order.placedAt, parked: order.progress.parked, timeline: [],
            statusURL: statusURL)
    }
}

extension JSONWriter {
    mutating func money(_ money: Money) {
        beginObject()
        member("minorUnits", money.minorUnits)
        member("currency", money.currency.text)
        endObject()
    }
}
