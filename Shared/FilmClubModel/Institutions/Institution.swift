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

    public init(
        id: InstitutionID, version: Int64 = 1, name: String, type: InstitutionType, territory: Territory,
        timeZone: TimeZoneName, verified: Bool
    ) {
        self.id = id
        self.version = version
        self.name = name
        self.type = type
        self.territory = territory
        self.timeZone = timeZone
        self.verified = verified
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, version, name, type, territory, timeZone, verified
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
    }
}

public enum InstitutionType: String, WireEnumeration {
    case university, college, highSchool, publicLibrary, culturalInstitution
}
