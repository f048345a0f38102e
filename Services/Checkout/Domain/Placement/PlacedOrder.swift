public import FilmClubModel

/// An order that was decided on: the snapshot that is stored, answered and published. No later edit of catalogue,
/// programme or institution changes it.
public struct PlacedOrder: Hashable, Sendable {
    public let id: OrderID
    public let number: OrderNumber
    public let request: OrderRequest
    public let institution: Institution
    public let programme: Programme
    /// As they were judged, in the order of the lines.
    public let films: [Film]
    public let lines: [OrderLine]
    public let price: OrderPrice
    public let placedAt: Instant
    /// Where the order stands after its first events.
    public let progress: OrderProgress
    /// From sequence 1 on.
    public let events: [NumberedOrderEvent]

    init(
        id: OrderID, number: OrderNumber, request: OrderRequest, institution: Institution, programme: Programme,
        films: [Film], lines: [OrderLine], price: OrderPrice, placedAt: Instant
    ) {
        self.id = id
        self.number = number
        self.request = request
        self.institution = institution
        self.programme = programme
        self.films = films
        self.lines = lines
        self.price = price
        self.placedAt = placedAt
        let placed = OrderPlaced(
            orderId: id, number: number.text, cartId: request.cartId, institution: institution,
            programmeId: programme.id, programmeVersion: programme.version,
            priceListVersion: price.priceListVersion, lines: lines, total: price.charge.total,
            payment: request.payment, placedAt: placedAt, charge: price.charge)
        let (progress, first) = OrderProgress.placed(placed)
        let (confirmed, second) = progress.accepted(
            OrderConfirmed(
                orderId: id, institutionId: institution.id, territory: institution.territory,
                timeZone: institution.timeZone, programmeId: programme.id, programmeVersion: programme.version,
                slots: programme.slots,
                lines: lines.map { ConfirmedLine(lineId: $0.lineId, filmId: $0.filmId, title: $0.title) },
                windowDays: programme.windowDays, windowPolicy: programme.windowPolicy, caps: programme.caps,
                confirmedAt: placedAt))
        self.progress = confirmed
        events = [first, second]
    }

    public var total: Money { price.charge.total }
}
