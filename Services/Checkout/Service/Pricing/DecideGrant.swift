internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// An operator's decision on an application, with its line in the audit log.
struct DecideGrant: Sendable {
    let pool: PostgresPool

    /// The grant as it is then; nil where there is none.
    /// - Throws: `Grant.Decided`.
    func callAsFunction(
        _ id: GrantID, _ decision: GrantDecision, by call: OperatorCall
    ) async throws -> GrantRow? {
        try await pool.withTransaction { transaction in
            let rows = try await transaction.unit([GrantStore.hold(id), GrantStore.select(id, of: nil)])
            guard let held = try rows[1].first.map({ try GrantRow($0) }) else { return nil }
            var grant = held.standing.grant
            guard try grant.decide(decision) else { return held }
            let decided = try await transaction.unit([
                GrantStore.write(decided: grant), call.granted(["decision": .string(grant.state.rawValue)]),
                GrantStore.select(id, of: nil),
            ])
            return try GrantRow(try decided[2].one())
        }
    }
}
