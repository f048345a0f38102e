internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// The institutions' rows, and the history of the decisions on them.
enum InstitutionStore {
    static func select(_ id: InstitutionID) -> SQL {
        "/* selectInstitution */ SELECT \(sql: Institution.columns) FROM institutions WHERE id = \(id)"
    }

    /// Whoever changes one holds it to the end of the transaction.
    static func hold(_ ids: [InstitutionID]) -> SQL {
        """
        /* holdInstitutions */
        SELECT \(sql: Institution.columns) FROM institutions WHERE id = ANY(\(ids)) ORDER BY id FOR UPDATE
        """
    }

    static func lastDecision(on id: InstitutionID) -> SQL {
        """
        /* lastDecision */
        SELECT decision FROM institution_verifications WHERE institution_id = \(id) ORDER BY id DESC LIMIT 1
        """
    }

    /// Those of the zones that PostgreSQL, which computes the windows, does not know.
    static func unknown(_ zones: [TimeZoneName]) -> SQL {
        """
        /* unknownTimeZones */
        SELECT name FROM unnest(\(zones)) AS named (name) WHERE name NOT IN (SELECT name FROM pg_timezone_names)
        """
    }

    // MARK: - Writing

    /// The rows, then their events, which are numbered behind the rows' locks.
    static func write(_ institutions: [Institution], cause: EventCause, now: Instant) throws -> [SQL] {
        let news = institutions.sorted { $0.id < $1.id }
        let domains = news.map { $0.domains.map { $0.map(\.text).joined(separator: " ") } }
        let upsert: SQL = """
            /* writeInstitutions */
            INSERT INTO institutions
                (id, version, name, type, territory, time_zone, verified, country, non_profit, tax_status, tax_id,
                 domains)
            SELECT id, version, name, type, territory, time_zone, verified, country, non_profit, tax_status, tax_id,
                string_to_array(domains, ' ')
            FROM unnest(
                \(news.map(\.id)), \(news.map(\.version)), \(news.map(\.name)), \(news.map(\.type.rawValue)),
                \(news.map(\.territory)), \(news.map(\.timeZone)), \(news.map(\.verified)), \(news.map(\.country)),
                \(news.map(\.nonProfit)), \(news.map(\.taxStatus?.rawValue)), \(news.map(\.taxId)), \(domains)
            ) AS news (id, version, name, type, territory, time_zone, verified, country, non_profit, tax_status,
                tax_id, domains)
            ON CONFLICT (id) DO UPDATE
            SET version = EXCLUDED.version, name = EXCLUDED.name, type = EXCLUDED.type,
                territory = EXCLUDED.territory, time_zone = EXCLUDED.time_zone, verified = EXCLUDED.verified,
                country = EXCLUDED.country, non_profit = EXCLUDED.non_profit, tax_status = EXCLUDED.tax_status,
                tax_id = EXCLUDED.tax_id, domains = EXCLUDED.domains, changed_at = clock_timestamp()
            """
        let events = try news.map {
            try EventDraft(InstitutionChanged(institution: $0), sequence: $0.version, cause: cause, now: now)
        }
        return [upsert, EventLog.append(events)]
    }

    /// Answers the time of each, in their order.
    static func write(_ verifications: [Verification]) -> SQL {
        """
        /* writeVerifications */
        INSERT INTO institution_verifications (id, institution_id, decision, reason, decided_by)
        SELECT * FROM unnest(
            \(verifications.map(\.id)), \(verifications.map(\.institution)),
            \(verifications.map(\.decision.rawValue)), \(verifications.map(\.reason)),
            \(verifications.map(\.decidedBy)))
        RETURNING decided_at
        """
    }
}

/// A decision on an institution, with its author.
struct Verification: Sendable {
    let id: EventID
    let institution: InstitutionID
    let decision: VerificationDecision
    let reason: String
    /// The token's subject: for operators' eyes.
    let decidedBy: String
}

extension Institution {
    static let columns: SQL = """
        id, version, name, type, territory, time_zone, verified, country, non_profit, tax_status, tax_id, domains
        """

    init(_ row: Row) throws {
        guard let type = InstitutionType(rawValue: try row.get("type")) else {
            throw UnreadableRow("an institution is of a type that this build does not know")
        }
        self.init(
            id: try row.get("id"), version: try row.get("version"), name: try row.get("name"), type: type,
            territory: try row.get("territory"), timeZone: try row.get("time_zone"), verified: try row.get("verified"),
            country: try row.get("country"), nonProfit: try row.get("non_profit"),
            taxStatus: try row.get("tax_status", as: String?.self).map { status in
                guard let status = TaxStatus(rawValue: status) else {
                    throw UnreadableRow("an institution has a tax status that this build does not know")
                }
                return status
            }, taxId: try row.get("tax_id"), domains: try row.get("domains"))
    }
}
