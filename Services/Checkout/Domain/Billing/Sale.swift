public import FilmClubModel

/// What was sold, to whom and for how much, as it was at placing: what billing writes its documents from.
public struct Sale: Hashable, Sendable {
    public let orderId: OrderID
    public let orderNumber: String
    public let institution: Institution
    public let lines: [OrderLine]
    public let charge: Charge
    public let payment: PaymentTerms
    public let placedAt: Instant

    public init(
        orderId: OrderID, orderNumber: String, institution: Institution, lines: [OrderLine], charge: Charge,
        payment: PaymentTerms, placedAt: Instant
    ) {
        self.orderId = orderId
        self.orderNumber = orderNumber
        self.institution = institution
        self.lines = lines
        self.charge = charge
        self.payment = payment
        self.placedAt = placedAt
    }
}
