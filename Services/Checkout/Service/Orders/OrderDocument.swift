internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Postgres

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
    /// How that came about, as JSON; nil for an order that was placed before anybody wrote it down.
    let charge: JSONText?
    let payment: PaymentTerms
    let placedAt: Instant
    let parked: ParkingReason?
    /// The order's events so far; none in the answer to its placing.
    let timeline: [Step]
    /// Its invoice and what takes that back.
    let documents: [Billed]
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
        writer.lines(lines)
        writer.key("total")
        writer.money(total)
        if let charge {
            writer.key("charge")
            writer.raw(charge.bytes)
        }
        writer.payment(payment)
        writer.member("placedAt", placedAt.text)
        writeTimeline(to: &writer)
        writer.billed(documents)
        writer.member("statusUrl", statusURL)
        writer.endObject()
        return writer.bytes
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
    init(_ order: PlacedOrder, charge: JSONText, statusURL: String) {
        self.init(
            id: order.id, number: order.number.text, state: order.progress.state,
            institutionId: order.institution.id, cartId: order.request.cartId, programmeId: order.programme.id,
            programmeVersion: order.programme.version, programmeName: order.programme.name,
            priceListVersion: order.price.priceListVersion, lines: order.lines, total: order.total, charge: charge,
            payment: order.request.payment, placedAt: order.placedAt, parked: order.progress.parked, timeline: [],
            documents: [],
            statusURL: statusURL)
    }
}

extension JSONWriter {
    /// The member "lines".
    mutating func lines(_ lines: [OrderLine]) {
        key("lines")
        beginArray()
        for line in lines {
            beginObject()
            member("lineId", line.lineId.text)
            member("filmId", line.filmId.text)
            member("title", line.title)
            key("price")
            money(line.price)
            endObject()
        }
        endArray()
    }

    /// The member "payment".
    mutating func payment(_ payment: PaymentTerms) {
        key("payment")
        beginObject()
        let (method, purchaseOrderNumber) = payment.columns
        member("method", method)
        if let purchaseOrderNumber { member("purchaseOrderNumber", purchaseOrderNumber) }
        endObject()
    }

    mutating func money(_ money: Money) {
        beginObject()
        member("minorUnits", money.minorUnits)
        member("currency", money.currency.text)
        endObject()
    }
}
