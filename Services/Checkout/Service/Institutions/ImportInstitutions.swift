internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// Imports institutions and taxes: all of a document or none of it. Said twice it changes nothing the second time.
struct ImportInstitutions: Sendable {
    let pool: PostgresPool
    let facts: FactsInMemory
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    /// The document cannot be imported; nothing was.
    struct Refused: Error {
        let problems: [ImportProblem]
    }

    typealias Plan = (institutions: InstitutionImport, taxes: TaxImport)

    /// - Parameter isDryRun: says what would change and changes nothing.
    func callAsFunction(
        _ document: ImportDocument, isDryRun: Bool, trace: TraceContext?
    ) async throws -> Plan {
        let problems = document.problems()
        guard problems.isEmpty else { throw Refused(problems: problems) }
        let imported = document.institutions
        let (plan, taxes) = try await pool.withTransaction { transaction in
            let stored = try await hold(imported, in: transaction)
            let plan = InstitutionImport(imported, over: stored)
            if !isDryRun, !plan.news.isEmpty {
                _ = try await transaction.unit(try statements(plan, trace: trace))
            }
            return (plan, try await TaxImport.apply(document.taxes, isDryRun: isDryRun, in: transaction))
        }
        guard !isDryRun else { return (plan, taxes) }
        await facts.take(taxes.table)
        if !plan.news.isEmpty {
            await facts.take(plan.news)
            committed()
        }
        return (plan, taxes)
    }

    /// The stored ones, held until the import is committed: another import waits for this one's end.
    private func hold(
        _ imported: [Institution], in transaction: PostgresTransaction
    ) async throws -> [InstitutionID: Institution] {
        let rows = try await transaction.unit([
            "/* oneImportAtATime */ SELECT pg_advisory_xact_lock(hashtextextended('checkout.imports', 0))",
            """
            /* unknownTimeZones */
            SELECT name FROM unnest(\(Array(Set(imported.map(\.timeZone))))) AS named (name)
            WHERE name NOT IN (SELECT name FROM pg_timezone_names)
            """,
            """
            /* holdInstitutions */
            SELECT \(sql: Institution.columns) FROM institutions
            WHERE id = ANY(\(imported.map(\.id))) ORDER BY id FOR UPDATE
            """,
        ])
        try refuse(unknown: try rows[1].map { try $0.get("name", as: TimeZoneName.self) }, in: imported)
        return Dictionary(
            uniqueKeysWithValues: try rows[2].map { row in
                let institution = try Institution(row)
                return (institution.id, institution)
            })
    }

    /// Windows are computed in the institution's time zone by PostgreSQL: one that it does not know would keep every
    /// order from being fulfilled.
    private func refuse(unknown: [TimeZoneName], in imported: [Institution]) throws(Refused) {
        let problems = imported.enumerated().filter { unknown.contains($0.element.timeZone) }.map {
            index, institution in
            ImportProblem(
                path: "institutions[\(index)].timeZone",
                sentence: "“\(institution.timeZone)” is not in the time zone database.")
        }
        guard problems.isEmpty else {
            throw Refused(problems: Array(problems.prefix(ImportDocument.problemsMax)))
        }
    }

    private func statements(_ plan: InstitutionImport, trace: TraceContext?) throws -> [SQL] {
        let news = plan.news.sorted { $0.id < $1.id }
        let now = now()
        let cause = EventCause(correlationID: .generate(now: now), trace: trace)
        let upsert: SQL = """
            /* writeInstitutions */
            INSERT INTO institutions (id, version, name, type, territory, time_zone, verified)
            SELECT * FROM unnest(
                \(news.map(\.id)), \(news.map(\.version)), \(news.map(\.name)), \(news.map(\.type.rawValue)),
                \(news.map(\.territory)), \(news.map(\.timeZone)), \(news.map(\.verified)))
            ON CONFLICT (id) DO UPDATE
            SET version = EXCLUDED.version, name = EXCLUDED.name, type = EXCLUDED.type,
                territory = EXCLUDED.territory, time_zone = EXCLUDED.time_zone, verified = EXCLUDED.verified,
                changed_at = clock_timestamp()
            """
        let events = try news.map {
            try EventDraft(InstitutionChanged(institution: $0), sequence: $0.version, cause: cause, now: now)
        }
        return [upsert, EventLog.append(events)]
    }
}
