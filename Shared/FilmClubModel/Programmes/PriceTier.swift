/// What institutions of some kinds pay instead of a list's own prices:
/// `{"institutionTypes": ["publicLibrary"], "filmMinorUnits": 45000, "bundleMinorUnits": 225000}`, or
/// `{"institutionTypes": ["highSchool"], "onRequest": true}`.
public struct PriceTier: Hashable, Sendable {
    public var institutionTypes: [InstitutionType]
    public var price: TierPrice

    public init(institutionTypes: [InstitutionType], price: TierPrice) {
        self.institutionTypes = institutionTypes
        self.price = price
    }
}

/// A price that stands in the list, or one that is asked for and quoted.
public enum TierPrice: Hashable, Sendable {
    /// One film alone, and all slots of the bundle together.
    case fixed(filmMinorUnits: Int64, bundleMinorUnits: Int64)
    case onRequest
}

extension PriceTier: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case institutionTypes, filmMinorUnits, bundleMinorUnits, onRequest
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        institutionTypes = try fields.distinct(InstitutionType.self, .institutionTypes)
        guard let onRequest = try fields.decodeIfPresent(Bool.self, forKey: .onRequest) else {
            let range = 0...PriceList.minorUnitsMax
            price = .fixed(
                filmMinorUnits: try fields.number(Int64.self, .filmMinorUnits, in: range),
                bundleMinorUnits: try fields.number(Int64.self, .bundleMinorUnits, in: range))
            return
        }
        guard onRequest, !fields.contains(.filmMinorUnits), !fields.contains(.bundleMinorUnits) else {
            throw InvalidValue("A tier has its prices, or “onRequest” is true: one of the two.")
                .decodingError(at: decoder.codingPath + [CodingKeys.onRequest])
        }
        price = .onRequest
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(institutionTypes, forKey: .institutionTypes)
        switch price {
        case .fixed(let film, let bundle):
            try fields.encode(film, forKey: .filmMinorUnits)
            try fields.encode(bundle, forKey: .bundleMinorUnits)
        case .onRequest:
            try fields.encode(true, forKey: .onRequest)
        }
    }
}
