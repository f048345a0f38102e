internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// The rows of grants and their cycles.
enum GrantStore {
    /// A grant with its cycle, the order that has used it, and the time.
    private static let standing: SQL = """
        SELECT grants.id, version, institution_id, cycle, starts_at, ends_at, state, percent, statement, reason,
            applied_at, decided_at, orders.id AS used_by, clock_timestamp() AS read_at
        FROM grants JOIN grant_cycles ON grant_cycles.name = cycle
        LEFT JOIN LATERAL (SELECT id FROM orders WHERE orders.grant_id = grants.id LIMIT 1) AS orders ON true
        """

    /// - Parameter institution: nil for an operator, who sees everybody's.
    static func select(_ id: GrantID, of institution: InstitutionID?) -> SQL {
        """
        /* selectGrant */
        \(sql: standing)
        WHERE grants.id = \(id) AND (\(institution)::uuid IS NULL OR institution_id = \(institution))
        """
    }

    /// No row where an order names none.
    static func fact(_ id: GrantID?, of institution: InstitutionID) -> SQL {
        "/* grantFact */ \(sql: standing) WHERE grants.id = \(id) AND institution_id = \(institution)"
    }

    static func select(of institution: InstitutionID, cycle: Slug) -> SQL {
        """
        /* selectGrantOfCycle */
        \(sql: standing) WHERE institution_id = \(institution) AND cycle = \(cycle)
        """
    }

    /// In the order of the applications.
    /// - Parameters:
    ///   - institution: nil for an operator, who sees everybody's.
    ///   - asked: only this one's.
    static func list(
        of institution: InstitutionID?, asked: InstitutionID?, state: Grant.State?, _ page: PageQuery<GrantTag>
    ) -> SQL {
        """
        /* listGrants */
        \(sql: standing)
        WHERE (\(page.after)::uuid IS NULL OR grants.id > \(page.after))
            AND (\(institution)::uuid IS NULL OR institution_id = \(institution))
            AND (\(asked)::uuid IS NULL OR institution_id = \(asked))
            AND (\(state?.rawValue)::text IS NULL OR state = \(state?.rawValue))
        ORDER BY grants.id LIMIT \(page.rowsMax)
        """
    }

    /// Whoever decides holds it to the end of the transaction.
    static func hold(_ id: GrantID) -> SQL { "/* holdGrant */ SELECT FROM grants WHERE id = \(id) FOR UPDATE" }

    // MARK: - Writing

    /// No row where the institution has applied for the cycle before.
    static func write(new grant: Grant) -> SQL {
        """
        /* insertGrant */
        INSERT INTO grants (id, version, institution_id, cycle, state, statement)
        VALUES (\(grant.id), \(grant.version), \(grant.institutionId), \(grant.cycle.name), \(grant.state.rawValue),
                \(grant.statement))
        ON CONFLICT (institution_id, cycle) DO NOTHING RETURNING id
        """
    }

    static func write(decided grant: Grant) -> SQL {
        let (percent, reason) = grant.decision.columns
        return """
            /* decideGrant */
            UPDATE grants SET version = \(grant.version), state = \(grant.state.rawValue), percent = \(percent),
                reason = \(reason), decided_at = clock_timestamp()
            WHERE id = \(grant.id)
            """
    }

    // MARK: - Cycles

    /// The latest.
    static let cycles: SQL = """
        /* listGrantCycles */
        SELECT name AS cycle, starts_at, ends_at FROM grant_cycles
        ORDER BY starts_at DESC, name LIMIT \(Int64(PageLimits.range.upperBound))
        """

    static func cycle(_ name: Slug) -> SQL {
        """
        /* selectGrantCycle */
        SELECT name AS cycle, starts_at, ends_at, ends_at <= clock_timestamp() AS is_over FROM grant_cycles
        WHERE name = \(name)
        """
    }

    /// Answers whether the cycle is new, and nothing where a grant of it was used outside its new bounds.
    static func write(_ cycle: GrantCycle) -> SQL {
        """
        /* writeGrantCycle */
        INSERT INTO grant_cycles (name, starts_at, ends_at)
        SELECT \(cycle.name), \(cycle.startsAt), \(cycle.endsAt)
        WHERE NOT EXISTS (
            SELECT FROM grants JOIN orders ON orders.grant_id = grants.id
            WHERE grants.cycle = \(cycle.name)
                AND (orders.placed_at < \(cycle.startsAt) OR orders.placed_at >= \(cycle.endsAt)))
        ON CONFLICT (name) DO UPDATE SET starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at
        RETURNING xmax = 0 AS is_new
        """
    }
}

/// A grant's row, with what only a page shows.
struct GrantRow: Sendable {
    let standing: GrantStanding
    let appliedAt: Instant
    let decidedAt: Instant?

    init(_ row: Row) throws {
        let grant = Grant(
            id: try row.get("id"), version: try row.get("version"), institutionId: try row.get("institution_id"),
            cycle: try GrantCycle(row), statement: try row.get("statement"), decision: try Self.decision(row))
        standing = GrantStanding(grant: grant, usedBy: try row.get("used_by"), readAt: try row.get("read_at"))
        appliedAt = try row.get("applied_at")
        decidedAt = try row.get("decided_at")
    }

    private static func decision(_ row: Row) throws -> GrantDecision? {
        switch try row.get("state", as: String.self) {
        case Grant.State.applied.rawValue: return nil
        case Grant.State.granted.rawValue: return .granted(percent: Int(try row.get("percent", as: Int32.self)))
        case Grant.State.refused.rawValue: return .refused(reason: try row.get("reason"))
        default: throw UnreadableRow("a grant is in a state that this build does not know")
        }
    }
}

extension GrantCycle {
    init(_ row: Row) throws {
        self.init(name: try row.get("cycle"), startsAt: try row.get("starts_at"), endsAt: try row.get("ends_at"))
    }
}

extension GrantDecision? {
    fileprivate var columns: (percent: Int32?, reason: String?) {
        switch self {
        case nil: (nil, nil)
        case .granted(let percent): (Int32(clamping: percent), nil)
        case .refused(let reason): (nil, reason)
        }
    }
}
