public import FilmClubModel

/// One viewer watching one film under one entitlement.
public struct PlaybackSession: Sendable, Hashable {
    public let id: SessionID
    public let entitlementId: EntitlementID
    public let filmId: FilmID
    /// The film's folder under the root of all media.
    public let asset: AssetPath
    public let openedAt: Instant
    /// Never after the window's end.
    public let expiresAt: Instant

    public var claims: StreamTokenClaims {
        StreamTokenClaims(
            sessionId: id, entitlementId: entitlementId, filmId: filmId, asset: asset, issuedAt: openedAt,
            expiresAt: expiresAt)
    }
}

/// What is known when a viewer asks to watch, besides the entitlement.
public struct SessionRequest: Sendable {
    public var sessionId: SessionID
    /// The asking token's institution.
    public var institutionId: InstitutionID
    /// Where the viewer is; nil where that is not known.
    public var territory: Territory?
    /// The film's folder, if its media are playable.
    public var asset: AssetPath?
    /// Sessions of this entitlement whose lease lives.
    public var liveSessions: Int
    /// By the database's clock.
    public var now: Instant

    public init(
        sessionId: SessionID, institutionId: InstitutionID, territory: Territory?, asset: AssetPath?,
        liveSessions: Int, now: Instant
    ) {
        self.sessionId = sessionId
        self.institutionId = institutionId
        self.territory = territory
        self.asset = asset
        self.liveSessions = liveSessions
        self.now = now
    }
}

extension Entitlement {
    /// Whether a session may begin. What is final is said before what may pass.
    public func openSession(_ request: SessionRequest) throws(PlaybackRefusal) -> PlaybackSession {
        guard request.institutionId == institutionId else { throw .unknownEntitlement }
        switch state {
        case .revoked: throw .revoked
        case .suspended: throw .suspendedUnpaid
        case .granted: break
        }
        let closesAt: Instant
        switch window.state(at: request.now) {
        case .notOpen(let opensAt): throw .windowNotOpen(opensAt: opensAt)
        case .closed(let closedAt): throw .windowClosed(closedAt: closedAt)
        case .open(let end): closesAt = end
        }
        if let territory = request.territory, territory != self.territory { throw .territory(territory) }
        guard let asset = request.asset else { throw .notPlayable }
        if let max = caps.concurrentSessionsMax, request.liveSessions >= max { throw .tooManySessions(max: max) }
        return PlaybackSession(
            id: request.sessionId, entitlementId: id, filmId: filmId, asset: asset, openedAt: request.now,
            expiresAt: min(request.now + PlaybackLimits.sessionLifetime, closesAt))
    }
}
