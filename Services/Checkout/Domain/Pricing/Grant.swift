public import FilmClubModel

/// When the grants of a cycle can be used.
public struct GrantCycle: Hashable, Sendable {
    /// Such as `2026-2027`.
    public let name: Slug
    public let startsAt: Instant
    /// The first moment when they no longer can.
    public let endsAt: Instant

    public init(name: Slug, startsAt: Instant, endsAt: Instant) {
        self.name = name
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}

/// What an operator says to an application.
public enum GrantDecision: Hashable, Sendable {
    case granted(percent: Int)
    case refused(reason: String)
}

/// One institution's grant of one cycle, from its application on. It pays a part of the screening fees of one order.
public struct Grant: Hashable, Sendable {
    /// Parts of the screening fees that the house grants, in percent.
    public static let percents = [30, 40, 50]

    public let id: GrantID
    /// Rises by one when it is decided.
    public private(set) var version: Int64
    public let institutionId: InstitutionID
    public let cycle: GrantCycle
    /// Why the institution asks for it.
    public let statement: String
    /// Nil: nobody has decided yet.
    public private(set) var decision: GrantDecision?

    public init(
        id: GrantID, version: Int64 = 1, institutionId: InstitutionID, cycle: GrantCycle, statement: String,
        decision: GrantDecision? = nil
    ) {
        self.id = id
        self.version = version
        self.institutionId = institutionId
        self.cycle = cycle
        self.statement = statement
        self.decision = decision
    }

    public enum State: String, WireEnumeration {
        case applied, granted, refused
    }

    public var state: State {
        switch decision {
        case nil: .applied
        case .granted: .granted
        case .refused: .refused
        }
    }

    /// Another decision was made before, and stands.
    public struct Decided: Error, Hashable, Sendable {
        public let state: State
    }

    /// Decides once. The same decision said again is no other one, and changes nothing.
    /// - Returns: whether it is news.
    public mutating func decide(_ decision: GrantDecision) throws(Decided) -> Bool {
        guard let before = self.decision else {
            self.decision = decision
            version += 1
            return true
        }
        guard before == decision else { throw Decided(state: state) }
        return false
    }
}

/// A grant as it stands for an order that would use it.
public struct GrantStanding: Hashable, Sendable {
    public let grant: Grant
    /// The order that has used it. A grant is used once, whatever becomes of the order.
    public let usedBy: OrderID?
    /// When it stood so, by the database's clock: the only one that its cycle is judged by.
    public let readAt: Instant

    public init(grant: Grant, usedBy: OrderID?, readAt: Instant) {
        self.grant = grant
        self.usedBy = usedBy
        self.readAt = readAt
    }

    /// What of an order's screening fees it pays.
    func percent() throws(PricingRefusal) -> Int {
        guard case .granted(let percent) = grant.decision else { throw .grantNotGranted(grant.state) }
        if let usedBy { throw .grantUsed(by: usedBy) }
        guard grant.cycle.startsAt <= readAt else { throw .grantNotYetValid(from: grant.cycle.startsAt) }
        guard readAt < grant.cycle.endsAt else { throw .grantExpired(at: grant.cycle.endsAt) }
        return percent
    }
}
