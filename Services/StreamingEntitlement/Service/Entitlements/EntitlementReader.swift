internal import FilmClubModel
internal import Postgres
internal import StreamingEntitlementDomain

/// Reads entitlements as they stand, by the database's clock.
struct EntitlementReader: Sendable {
    let pool: PostgresPool

    /// One of them; nil where there is none.
    func entitlement(_ id: EntitlementID) async throws -> EntitlementDocument? {
        try await pool.query(
            "/* selectEntitlement */ \(sql: Self.select) WHERE entitlements.id = \(id)"
        ).first.map { try EntitlementDocument($0) }
    }

    /// Those of an order, in the sequence of its lines. A programme's slots are their bound.
    /// - Parameter institution: whose they must be; nil for anybody's.
    func entitlements(of order: OrderID, institution: InstitutionID?) async throws -> [EntitlementDocument] {
        try await pool.query(
            """
            /* selectEntitlementsOfOrder */
            \(sql: Self.select)
            WHERE order_id = \(order) AND (\(institution)::uuid IS NULL OR institution_id = \(institution))
            ORDER BY position
            """
        ).map { try EntitlementDocument($0) }
    }

    private static let select: SQL =
        "SELECT \(sql: Entitlement.columns), title, clock_timestamp() AS now FROM entitlements"
}
