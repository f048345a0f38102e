/// Every line of the order can be watched, each in its own window.
public struct EntitlementsGranted: EventBody {
    public static let type = EventType("EntitlementsGranted")
    public static let topic = Topic.entitlements

    public var orderId: OrderID
    public var institutionId: InstitutionID
    public var entitlements: [GrantedEntitlement]

    public init(orderId: OrderID, institutionId: InstitutionID, entitlements: [GrantedEntitlement]) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.entitlements = entitlements
    }

    public var key: String { orderId.text }
}

/// One film's right to be watched, from `opensAt` until just before `closesAt`.
public struct GrantedEntitlement: Codable, Hashable, Sendable {
    public var entitlementId: EntitlementID
    public var lineId: OrderLineID
    public var filmId: FilmID
    public var opensAt: Instant
    public var closesAt: Instant

    public init(
        entitlementId: EntitlementID, lineId: OrderLineID, filmId: FilmID, opensAt: Instant, closesAt: Instant
    ) {
        self.entitlementId = entitlementId
        self.lineId = lineId
        self.filmId = filmId
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
}

/// The order can't be watched, none of it. `reason` is a kebab-case word such as `film-without-media`.
public struct EntitlementsRefused: EventBody {
    public static let type = EventType("EntitlementsRefused")
    public static let topic = Topic.entitlements

    public var orderId: OrderID
    public var institutionId: InstitutionID
    public var reason: String

    public init(orderId: OrderID, institutionId: InstitutionID, reason: String) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.reason = reason
    }

    public var key: String { orderId.text }
}

/// No sessions until further notice. `reason` is a kebab-case word such as `unpaid`.
public struct EntitlementSuspended: EventBody {
    public static let type = EventType("EntitlementSuspended")
    public static let topic = Topic.entitlements

    public var orderId: OrderID
    public var entitlementId: EntitlementID
    public var reason: String

    public init(orderId: OrderID, entitlementId: EntitlementID, reason: String) {
        self.orderId = orderId
        self.entitlementId = entitlementId
        self.reason = reason
    }

    public var key: String { orderId.text }
}

/// A suspension ended.
public struct EntitlementReinstated: EventBody {
    public static let type = EventType("EntitlementReinstated")
    public static let topic = Topic.entitlements

    public var orderId: OrderID
    public var entitlementId: EntitlementID

    public init(orderId: OrderID, entitlementId: EntitlementID) {
        self.orderId = orderId
        self.entitlementId = entitlementId
    }

    public var key: String { orderId.text }
}

/// The right ended for good. `reason` is a kebab-case word such as `refunded`.
public struct EntitlementRevoked: EventBody {
    public static let type = EventType("EntitlementRevoked")
    public static let topic = Topic.entitlements

    public var orderId: OrderID
    public var entitlementId: EntitlementID
    public var reason: String

    public init(orderId: OrderID, entitlementId: EntitlementID, reason: String) {
        self.orderId = orderId
        self.entitlementId = entitlementId
        self.reason = reason
    }

    public var key: String { orderId.text }
}

/// How much an institution watched a film in a span of time: counts, never who.
public struct UsageAggregated: EventBody {
    public static let type = EventType("UsageAggregated")
    public static let topic = Topic.usage

    public var institutionId: InstitutionID
    public var filmId: FilmID
    public var from: Instant
    public var to: Instant
    public var sessionsOpened: Int64

    public init(institutionId: InstitutionID, filmId: FilmID, from: Instant, to: Instant, sessionsOpened: Int64) {
        self.institutionId = institutionId
        self.filmId = filmId
        self.from = from
        self.to = to
        self.sessionsOpened = sessionsOpened
    }

    public var key: String { institutionId.text }
}
