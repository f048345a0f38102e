internal import FilmClubModel
internal import Postgres
internal import StreamingEntitlementDomain

/// What forbids a token that is otherwise good, as the database has it.
struct RevocationStore: Sendable {
    static let channel = "revocations_changed"

    /// Part of every transaction that takes a right away or ends a session. Not part of any order's: a NOTIFY queues
    /// behind all others.
    static let notify: SQL = "/* notifyRevocations */ SELECT pg_notify(\(channel), '')"

    let pool: PostgresPool

    /// All of it that a living token could run into: no token outlives its window.
    func revocations() async throws -> Revocations {
        let rows = try await pool.unit([
            """
            /* selectWithheld */
            SELECT id, state FROM entitlements WHERE state <> 'granted' AND closes_at > clock_timestamp()
            """,
            """
            /* selectEndedSessions */
            SELECT id FROM sessions WHERE ended_at IS NOT NULL AND expires_at > clock_timestamp()
            """,
            // Of the transaction's beginning: the set says nothing of what was committed later.
            "/* readClock */ SELECT now()",
        ])
        var revocations = Revocations(readAt: try rows[2].one().get(0))
        for row in rows[0] { revocations.withhold(try row.get("id"), state: try row.get("state")) }
        for row in rows[1] { revocations.endedSessions.insert(try row.get("id")) }
        return revocations
    }

    /// The same of one token alone, and the database's time: for a gate whose set is too old to decide by.
    func revocations(touching claims: StreamTokenClaims) async throws -> Revocations {
        let row = try await pool.query(
            """
            /* selectRevocation */
            SELECT (SELECT state FROM entitlements WHERE id = \(claims.entitlementId)) AS state,
                   (SELECT ended_at IS NULL FROM sessions WHERE id = \(claims.sessionId)) AS is_running,
                   clock_timestamp() AS now
            """
        ).one()
        var revocations = Revocations(readAt: try row.get("now"))
        // A session or entitlement that is not there opens nothing either.
        revocations.withhold(
            claims.entitlementId,
            state: try row.get("state", as: String?.self) ?? EntitlementState.revoked.rawValue)
        if try row.get("is_running", as: Bool?.self) != true { revocations.endedSessions.insert(claims.sessionId) }
        return revocations
    }
}

extension Revocations {
    /// A state that this build does not know withholds for good.
    fileprivate mutating func withhold(_ id: EntitlementID, state: String) {
        switch EntitlementState(rawValue: state) {
        case .granted: break
        case .suspended: suspended.insert(id)
        case .revoked, nil: revoked.insert(id)
        }
    }
}
