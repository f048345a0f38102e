public import FilmClubModel

/// What the gate holds in memory so that a segment costs no database read: all that would forbid a token which is
/// otherwise good.
public struct Revocations: Sendable {
    public var revoked: Set<EntitlementID>
    public var suspended: Set<EntitlementID>
    public var endedSessions: Set<SessionID>
    /// When the database was asked, by its clock.
    public var readAt: Instant

    public init(
        revoked: Set<EntitlementID> = [], suspended: Set<EntitlementID> = [], endedSessions: Set<SessionID> = [],
        readAt: Instant
    ) {
        self.revoked = revoked
        self.suspended = suspended
        self.endedSessions = endedSessions
        self.readAt = readAt
    }

    /// Too old to decide by.
    public func isStale(at now: Instant) -> Bool { now - readAt > PlaybackLimits.revocationsAgeMax }

    /// Why a token whose signature is good opens nothing at this moment; nil if it does.
    public func refusal(of claims: StreamTokenClaims, at now: Instant) -> PlaybackRefusal? {
        if revoked.contains(claims.entitlementId) { return .revoked }
        if suspended.contains(claims.entitlementId) { return .suspendedUnpaid }
        if endedSessions.contains(claims.sessionId) || !claims.isLive(at: now) { return .sessionGone }
        return nil
    }
}
