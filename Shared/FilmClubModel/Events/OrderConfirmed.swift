/// The order stands: everything that streaming needs to let it be watched, and nothing it would have to look up.
public struct OrderConfirmed: EventBody {
    public static let type = EventType("OrderConfirmed", 1, 1)
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var institutionId: InstitutionID
    /// As they were at placing: windows and rights go by them.
    public var territory: Territory
    public var timeZone: TimeZoneName
    public var programmeId: ProgrammeID
    public var programmeVersion: Int64
    /// How many films the programme's version has: as many as there must be lines. Since 1.1; nil where it was not said.
    public var slots: Int?
    public var lines: [ConfirmedLine]
    public var windowDays: Int
    public var windowPolicy: WindowPolicy
    public var caps: Caps
    public var confirmedAt: Instant

    public init(
        orderId: OrderID, institutionId: InstitutionID, territory: Territory, timeZone: TimeZoneName,
        programmeId: ProgrammeID, programmeVersion: Int64, slots: Int? = nil, lines: [ConfirmedLine],
        windowDays: Int, windowPolicy: WindowPolicy, caps: Caps, confirmedAt: Instant
    ) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.territory = territory
        self.timeZone = timeZone
        self.programmeId = programmeId
        self.programmeVersion = programmeVersion
        self.slots = slots
        self.lines = lines
        self.windowDays = windowDays
        self.windowPolicy = windowPolicy
        self.caps = caps
        self.confirmedAt = confirmedAt
    }

    public var key: String { orderId.text }

    enum CodingKeys: String, CodingKey {
        case orderId, institutionId, territory, timeZone, programmeId, programmeVersion, slots, lines
        case windowDays, windowPolicy, caps, confirmedAt
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        orderId = try fields.decode(OrderID.self, forKey: .orderId)
        institutionId = try fields.decode(InstitutionID.self, forKey: .institutionId)
        territory = try fields.decode(Territory.self, forKey: .territory)
        timeZone = try fields.decode(TimeZoneName.self, forKey: .timeZone)
        programmeId = try fields.decode(ProgrammeID.self, forKey: .programmeId)
        programmeVersion = try fields.number(Int64.self, .programmeVersion, in: 1...Int64.max)
        slots = try fields.numberIfPresent(Int.self, .slots, in: 1...Programme.slotsMax)
        lines = try fields.decode([ConfirmedLine].self, forKey: .lines)
        windowDays = try fields.number(Int.self, .windowDays, in: Programme.windowDaysRange)
        windowPolicy = try fields.decode(WindowPolicy.self, forKey: .windowPolicy)
        caps = try fields.decodeIfPresent(Caps.self, forKey: .caps) ?? Caps()
        confirmedAt = try fields.decode(Instant.self, forKey: .confirmedAt)
    }
}

public struct ConfirmedLine: Codable, Hashable, Sendable {
    public var lineId: OrderLineID
    public var filmId: FilmID
    public var title: String

    public init(lineId: OrderLineID, filmId: FilmID, title: String) {
        self.lineId = lineId
        self.filmId = filmId
        self.title = title
    }
}
