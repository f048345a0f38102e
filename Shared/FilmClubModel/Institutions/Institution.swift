/// A customer: a school, library or house of culture. An order keeps a snapshot of it.
public struct Institution: Versioned, Hashable, Sendable, Codable {
    public var id: InstitutionID
    /// Rises by one with every change of the state; an import leaves it out.
    public var version: Int64
    public var name: String
    public var type: InstitutionType
    /// Where it screens: decides which licences hold.
    public var territory: Territory
    /// Whose local days its windows count.
    public var timeZone: TimeZoneName
    /// Whether the house has checked that it is what it says. Only a verified institution can order.
    public var verified: Bool
    /// Where it is established, if not where it screens: decides its taxes.
    public var country: Territory?
    public var nonProfit: Bool?
    /// Nil: taxable.
    public var taxStatus: TaxStatus?
    /// As its country writes it; it stands on the invoice.
    public var taxId: String?
    /// The domains that the house has found to be the institution's.
    public var domains: [DomainName]?

    public init(
        id: InstitutionID, version: Int64 = 1, name: String, type: InstitutionType, territory: Territory,
        timeZone: TimeZoneName, verified: Bool, country: Territory? = nil, nonProfit: Bool? = nil,
        taxStatus: TaxStatus? = nil, taxId: String? = nil, domains: [DomainName]? = nil
    ) {
        self.id = id
        self.version = version
        self.name = name
        self.type = type
        self.territory = territory
        self.timeZone = timeZone
        self.verified = verified
        self.country = country
        self.nonProfit = nonProfit
        self.taxStatus = taxStatus
        self.taxId = taxId
        self.domains = domains
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, version, name, type, territory, timeZone, verified, country, nonProfit, taxStatus, taxId, domains
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(InstitutionID.self, forKey: .id)
        version = try fields.numberIfPresent(Int64.self, .version, in: 1...Int64.max) ?? 1
        name = try fields.line(.name)
        type = try fields.decode(InstitutionType.self, forKey: .type)
        territory = try fields.decode(Territory.self, forKey: .territory)
        timeZone = try fields.decode(TimeZoneName.self, forKey: .timeZone)
        verified = try fields.decode(Bool.self, forKey: .verified)
        country = try fields.decodeIfPresent(Territory.self, forKey: .country)
        nonProfit = try fields.decodeIfPresent(Bool.self, forKey: .nonProfit)
        taxStatus = try fields.decodeIfPresent(TaxStatus.self, forKey: .taxStatus)
        taxId = try fields.lineIfPresent(.taxId)
        domains = try fields.distinctIfPresent(DomainName.self, .domains)
    }
}

public enum InstitutionType: String, WireEnumeration {
    case university, college, highSchool, publicLibrary, culturalInstitution
}

public enum TaxStatus: String, WireEnumeration {
    case taxable, exempt
}
