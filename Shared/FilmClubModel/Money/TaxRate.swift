/// What a country takes of a screening: `{"territory": "GB", "name": "VAT", "rateBasisPoints": 2000}`.
public struct TaxRate: Codable, Hashable, Sendable {
    /// Hundredths of a percent: nothing to all of it.
    public static let basisPointsRange = 0...10_000

    public var territory: Territory
    /// As the country calls it; it stands on the invoice.
    public var name: String
    public var rateBasisPoints: Int

    public init(territory: Territory, name: String, rateBasisPoints: Int) {
        self.territory = territory
        self.name = name
        self.rateBasisPoints = rateBasisPoints
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case territory, name, rateBasisPoints
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        territory = try fields.decode(Territory.self, forKey: .territory)
        name = try fields.line(.name)
        rateBasisPoints = try fields.number(Int.self, .rateBasisPoints, in: Self.basisPointsRange)
    }
}
