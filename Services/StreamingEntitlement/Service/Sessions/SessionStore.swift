internal import FilmClubModel
internal import Postgres
internal import StreamingEntitlementDomain

/// What a session is decided by and stored as, in one transaction.
struct SessionStore: Sendable {
    let transaction: PostgresTransaction

    /// All that a session is decided by.
    struct Ground: Sendable {
        let entitlement: Entitlement
        /// Where the institution is now; nil where that was never told.
        let territory: Territory?
        /// The film's folder, whether or not it can be played.
        let asset: AssetPath?
        let liveSessions: Int
        /// By the database's clock.
        let now: Instant
    }

    /// Holds the entitlement until the transaction's end: nobody revokes it meanwhile, and no other session of it is
    /// counted at the same time. Count and clock are read behind the lock. Nil where there is no such entitlement.
    func hold(_ id: EntitlementID) async throws -> Ground? {
        let rows = try await transaction.unit([
            """
            /* holdEntitlement */
            SELECT \(sql: Entitlement.columns), institution.territory AS present_territory, media.asset
            FROM entitlements
            LEFT JOIN institution_projection AS institution ON institution.id = entitlements.institution_id
            LEFT JOIN media ON media.film_id = entitlements.film_id
            WHERE entitlements.id = \(id) FOR NO KEY UPDATE OF entitlements
            """,
            """
            /* countLiveSessions */
            SELECT count(*) AS live, clock_timestamp() AS now FROM sessions
            WHERE entitlement_id = \(id) AND ended_at IS NULL AND expires_at > clock_timestamp()
            """,
        ])
        guard let row = rows[0].first else { return nil }
        let count = try rows[1].one()
        return Ground(
            entitlement: try Entitlement(row), territory: try row.get("present_territory"),
            asset: try row.get("asset", as: String?.self).flatMap { AssetPath($0) },
            liveSessions: Int(try count.get("live", as: Int64.self)), now: try count.get("now"))
    }

    func insert(_ session: PlaybackSession, of institution: InstitutionID) async throws {
        _ = try await transaction.query(
            """
            /* insertSession */
            INSERT INTO sessions (id, entitlement_id, institution_id, asset, opened_at, expires_at)
            VALUES (\(session.id), \(session.entitlementId), \(institution), \(session.asset.description),
                    \(session.openedAt), \(session.expiresAt))
            """)
    }
}
