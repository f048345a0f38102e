internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

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

    struct Plan {
        let institutions: InstitutionImport
        let taxes: TaxImport

        /// By the document's lists.
        var counts: KeyValuePairs<String, ImportCounts> {
            [
                "institutions": ImportCounts(
                    created: institutions.created.count, changed: institutions.changed.count,
                    unchanged: institutions.unchanged.count),
                "taxes": ImportCounts(
                    created: taxes.created, changed: taxes.changed, unchanged: taxes.unchanged),
            ]
        }
    }

    /// - Parameter isDryRun: says what would change and changes nothing.
    func callAsFunction(
        _ document: ImportDocument, isDryRun: Bool, by call: OperatorCall, trace: TraceContext?
    ) async throws -> Plan {
        let problems = document.problems()
        guard problems.isEmpty else { throw Refused(problems: problems) }
        let imported = document.institutions
        let plan = try await pool.withTransaction { transaction in
            let stored = try await hold(imported, in: transaction)
            let plan = Plan(
                institutions: InstitutionImport(imported, over: stored),
                taxes: try await TaxImport.apply(document.taxes, isDryRun: isDryRun, in: transaction))
            if !isDryRun {
                let audit = call.granted(JSONObject(plan.counts.map { ($0.key, $0.value.value) }))
                let news = try statements(plan.institutions.news, over: stored, by: call, trace: trace)
                _ = try await transaction.unit(news + [audit])
            }
            return plan
        }
        guard !isDryRun else { return plan }
        await facts.take(plan.taxes.table)
        if !plan.institutions.news.isEmpty {
            await facts.take(plan.institutions.news)
            committed()
        }
        return plan
    }

    /// The stored ones, held until the import is committed: another import waits for this one's end.
    private func hold(
        _ imported: [Institution], in transaction: PostgresTransaction
    ) async throws -> [InstitutionID: Institution] {
        let rows = try await transaction.unit([
            "/* oneImportAtATime */ SELECT pg_advisory_xact_lock(hashtextextended('checkout.imports', 0))",
            InstitutionStore.unknown(Array(Set(imported.map(\.timeZone)))),
            InstitutionStore.hold(imported.map(\.id)),
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

    /// A changed verification is a decision as any other, with its author: whoever imports.
    private func statements(
        _ news: [Institution], over stored: [InstitutionID: Institution], by call: OperatorCall, trace: TraceContext?
    ) throws -> [SQL] {
        guard !news.isEmpty else { return [] }
        let now = now()
        let cause = EventCause(correlationID: .generate(now: now), trace: trace)
        let verifications = news.compactMap { institution in
            institution.decision(since: stored[institution.id]).map { decision in
                Verification(
                    id: .generate(now: now), institution: institution.id, decision: decision,
                    reason: "Imported.", decidedBy: call.caller.subject)
            }
        }
        return try InstitutionStore.write(news, cause: cause, now: now)
            + (verifications.isEmpty ? [] : [InstitutionStore.write(verifications)])
    }
}
