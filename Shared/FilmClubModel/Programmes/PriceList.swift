/// What a programme costs. Its version is named by every order placed under it.
public struct PriceList: Hashable, Sendable, Codable {
    /// 10 billion minor units: far above any bundle, far below any overflow.
    public static let minorUnitsMax: Int64 = 10_000_000_000

    public var version: Int
    public var currency: Currency
    /// One film alone, in minor units.
    public var filmMinorUnits: Int64
    /// All slots of the bundle together, in minor units.
    public var bundleMinorUnits: Int64
    /// Other prices for some kinds of institutions; a kind stands in one of them at the most.
    public var tiers: [PriceTier]?
    /// Nil: since ever.
    public var validFrom: Instant?
    /// The first moment when it no longer holds. Nil: for ever.
    public var validUntil: Instant?

    public init(
        version: Int, currency: Currency, filmMinorUnits: Int64, bundleMinorUnits: Int64, tiers: [PriceTier]? = nil,
        validFrom: Instant? = nil, validUntil: Instant? = nil
    ) {
        self.version = version
        self.currency = currency
        self.filmMinorUnits = filmMinorUnits
        self.bundleMinorUnits = bundleMinorUnits
        self.tiers = tiers
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    public var film: Money { Money(minorUnits: filmMinorUnits, currency: currency) }
    public var bundle: Money { Money(minorUnits: bundleMinorUnits, currency: currency) }

    /// What an institution of this kind pays: by its tier, or the list's own prices where it has none.
    public func price(for type: InstitutionType) -> TierPrice {
        tiers?.first { $0.institutionTypes.contains(type) }?.price
            ?? .fixed(filmMinorUnits: filmMinorUnits, bundleMinorUnits: bundleMinorUnits)
    }

    public func isValid(at now: Instant) -> Bool {
        (validFrom.map { $0 <= now } ?? true) && (validUntil.map { now < $0 } ?? true)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case version, currency, filmMinorUnits, bundleMinorUnits, tiers, validFrom, validUntil
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        version = try fields.number(Int.self, .version, in: 1...Int(Int32.max))
        currency = try fields.decode(Currency.self, forKey: .currency)
        filmMinorUnits = try fields.number(Int64.self, .filmMinorUnits, in: 0...Self.minorUnitsMax)
        bundleMinorUnits = try fields.number(Int64.self, .bundleMinorUnits, in: 0...Self.minorUnitsMax)
        tiers = try fields.listIfPresent(PriceTier.self, .tiers)
        validFrom = try fields.decodeIfPresent(Instant.self, forKey: .validFrom)
        validUntil = try fields.decodeIfPresent(Instant.self, forKey: .validUntil)
    }
}
