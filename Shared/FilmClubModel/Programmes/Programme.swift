/// A bundle offer as versioned data: what is sold, to whom, for how much, and how it is screened.
public struct Programme: Versioned, Hashable, Sendable, Codable {
    public static let slotsMax = 50
    public static let windowDaysRange = 1...366

    public var id: ProgrammeID
    /// Rises by one with every change of the state; an import leaves it out.
    public var version: Int64
    public var slug: Slug
    public var name: String
    /// How many distinct films a bundle has.
    public var slots: Int
    public var rules: [CompositionRule]
    /// How long the whole programme may take.
    public var spanWeeks: Int
    /// How many local days of the institution a film can be watched.
    public var windowDays: Int
    public var windowPolicy: WindowPolicy
    public var caps: Caps
    public var priceList: PriceList
    public var eligibleInstitutionTypes: [InstitutionType]
    /// Where the programme is offered. None named: nowhere.
    public var territories: [Territory]
    /// What holds after `priceList`, each from its `validFrom` on, the earliest first.
    public var laterPriceLists: [PriceList]?
    /// Nil: a purchaser cannot cancel what was accepted.
    public var cancellation: CancellationTerms?
    /// How many films may be added to the slots, each at the price of a film alone. Nil: none.
    public var extraFilmsMax: Int?

    public init(
        id: ProgrammeID, version: Int64 = 1, slug: Slug, name: String, slots: Int = 5, rules: [CompositionRule] = [],
        spanWeeks: Int = 8, windowDays: Int = 7, windowPolicy: WindowPolicy = .openAtOnce, caps: Caps = Caps(),
        priceList: PriceList, eligibleInstitutionTypes: [InstitutionType] = InstitutionType.allCases,
        territories: [Territory], laterPriceLists: [PriceList]? = nil, cancellation: CancellationTerms? = nil,
        extraFilmsMax: Int? = nil
    ) {
        self.id = id
        self.version = version
        self.slug = slug
        self.name = name
        self.slots = slots
        self.rules = rules
        self.spanWeeks = spanWeeks
        self.windowDays = windowDays
        self.windowPolicy = windowPolicy
        self.caps = caps
        self.priceList = priceList
        self.eligibleInstitutionTypes = eligibleInstitutionTypes
        self.territories = territories
        self.laterPriceLists = laterPriceLists
        self.cancellation = cancellation
        self.extraFilmsMax = extraFilmsMax
    }

    /// Whether the programme is meant for institutions of this kind in this place. Verification is asked elsewhere.
    public func isOffered(to institution: Institution) -> Bool {
        eligibleInstitutionTypes.contains(institution.type) && territories.contains(institution.territory)
    }

    /// What it is sold by: the last of its lists that holds then. Nil: nothing is for sale.
    public func priceList(at now: Instant) -> PriceList? {
        laterPriceLists?.last { $0.isValid(at: now) } ?? (priceList.isValid(at: now) ? priceList : nil)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, version, slug, name, slots, rules, spanWeeks, windowDays, windowPolicy, caps, priceList
        case eligibleInstitutionTypes, territories, laterPriceLists, cancellation, extraFilmsMax
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(ProgrammeID.self, forKey: .id)
        version = try fields.numberIfPresent(Int64.self, .version, in: 1...Int64.max) ?? 1
        slug = try fields.decode(Slug.self, forKey: .slug)
        name = try fields.line(.name)
        slots = try fields.number(Int.self, .slots, in: 1...Self.slotsMax)
        rules = try fields.list(CompositionRule.self, .rules)
        spanWeeks = try fields.number(Int.self, .spanWeeks, in: 1...520)
        windowDays = try fields.number(Int.self, .windowDays, in: Self.windowDaysRange)
        windowPolicy = try fields.decodeIfPresent(WindowPolicy.self, forKey: .windowPolicy) ?? .openAtOnce
        caps = try fields.decodeIfPresent(Caps.self, forKey: .caps) ?? Caps()
        priceList = try fields.decode(PriceList.self, forKey: .priceList)
        eligibleInstitutionTypes = try fields.distinct(InstitutionType.self, .eligibleInstitutionTypes)
        territories = try fields.distinct(Territory.self, .territories)
        laterPriceLists = try fields.listIfPresent(PriceList.self, .laterPriceLists)
        cancellation = try fields.decodeIfPresent(CancellationTerms.self, forKey: .cancellation)
        extraFilmsMax = try fields.numberIfPresent(Int.self, .extraFilmsMax, in: 1...Self.slotsMax)
    }
}

/// When a film's window opens.
public enum WindowPolicy: String, WireEnumeration {
    /// When the order is fulfilled, for the programme's number of local days.
    case openAtOnce
}

/// Upper bounds on use; what is left out is unbounded.
public struct Caps: Hashable, Sendable, Codable {
    /// Sessions of one entitlement that may live at the same time.
    public var concurrentSessionsMax: Int?

    public init(concurrentSessionsMax: Int? = nil) {
        self.concurrentSessionsMax = concurrentSessionsMax
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case concurrentSessionsMax
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        concurrentSessionsMax = try fields.numberIfPresent(Int.self, .concurrentSessionsMax, in: 1...1_000_000)
    }
}
