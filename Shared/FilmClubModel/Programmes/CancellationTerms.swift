/// How a purchaser may leave an order that was accepted. A programme without them: not at all.
public struct CancellationTerms: Hashable, Sendable, Codable {
    public static let daysRange = 1...366

    /// Counted from the placing of the order.
    public var withinDays: Int
    /// What is kept, in the currency of the price list that was sold by.
    public var administrativeFeeMinorUnits: Int64

    public init(withinDays: Int, administrativeFeeMinorUnits: Int64) {
        self.withinDays = withinDays
        self.administrativeFeeMinorUnits = administrativeFeeMinorUnits
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case withinDays, administrativeFeeMinorUnits
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        withinDays = try fields.number(Int.self, .withinDays, in: Self.daysRange)
        administrativeFeeMinorUnits = try fields.number(
            Int64.self, .administrativeFeeMinorUnits, in: 0...PriceList.minorUnitsMax)
    }
}
