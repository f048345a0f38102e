public import FilmClubModel

/// An institution's right to watch one film of one order within one window.
public struct Entitlement: Sendable, Hashable {
    public let id: EntitlementID
    public let orderId: OrderID
    public let lineId: OrderLineID
    public let institutionId: InstitutionID
    public let filmId: FilmID
    /// Where it may be watched: the institution's territory when it ordered.
    public let territory: Territory
    public let window: ScreeningWindow
    public let caps: Caps
    public private(set) var state: EntitlementState

    public init(
        id: EntitlementID, orderId: OrderID, lineId: OrderLineID, institutionId: InstitutionID, filmId: FilmID,
        territory: Territory, window: ScreeningWindow, caps: Caps = Caps(), state: EntitlementState = .granted
    ) {
        self.id = id
        self.orderId = orderId
        self.lineId = lineId
        self.institutionId = institutionId
        self.filmId = filmId
        self.territory = territory
        self.window = window
        self.caps = caps
        self.state = state
    }
}

/// `granted ⇄ suspended`, and from both to `revoked`, which is final.
public enum EntitlementState: String, WireEnumeration {
    case granted
    /// Not to be watched until it is reinstated: an invoice is unpaid.
    case suspended
    case revoked
}

/// Why a change was not made.
public enum EntitlementRejection: Error, Sendable, Hashable, CustomStringConvertible {
    case alreadyRevoked(EntitlementID)

    public var description: String {
        switch self {
        case .alreadyRevoked(let id): "The entitlement \(id) was revoked; that is final."
        }
    }
}

extension Entitlement {
    /// Each change returns the event to publish, or nil if the state already is what was asked for.
    /// `reason` is a kebab-case word such as `unpaid`.
    public mutating func suspend(reason: String) throws(EntitlementRejection) -> EntitlementSuspended? {
        switch state {
        case .revoked: throw .alreadyRevoked(id)
        case .suspended: return nil
        case .granted:
            state = .suspended
            return EntitlementSuspended(orderId: orderId, entitlementId: id, reason: reason)
        }
    }

    public mutating func reinstate() throws(EntitlementRejection) -> EntitlementReinstated? {
        switch state {
        case .revoked: throw .alreadyRevoked(id)
        case .granted: return nil
        case .suspended:
            state = .granted
            return EntitlementReinstated(orderId: orderId, entitlementId: id)
        }
    }

    /// `reason` is a kebab-case word such as `refunded`.
    public mutating func revoke(reason: String) -> EntitlementRevoked? {
        guard state != .revoked else { return nil }
        state = .revoked
        return EntitlementRevoked(orderId: orderId, entitlementId: id, reason: reason)
    }
}
