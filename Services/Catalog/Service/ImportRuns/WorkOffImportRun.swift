internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Checks or applies one import run, as its state asks: all of it in one transaction, or nothing.
///
/// Whoever dies over it leaves the run as it was, and whoever sees it next begins again: what was not committed is not
/// there, and what was is not news any more.
struct WorkOffImportRun: Sendable {
    let pool: PostgresPool
    let cache: PageCache
    let meters: CatalogMeters
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    enum Outcome: Sendable {
        /// Another process is at it, or it is done.
        case leftAlone
        case refused(problems: Int)
        case checked
        case applied(films: ChangeTally, programmes: ChangeTally)
    }

    func callAsFunction(_ id: ImportRunID) async throws -> Outcome {
        let outcome = try await pool.withTransaction { transaction in
            let claim = try await transaction.query(ImportRunStore.claim(id)).one()
            guard try claim.get("claimed") else { return Outcome.leftAlone }
            // A statement of its own: it sees what was committed before the claim.
            guard let row = try await transaction.query(ImportRunStore.read(id)).first else { return .leftAlone }
            let run = try ImportRunDocument(row)
            guard run.state.isAtWork else { return .leftAlone }
            return try await work(on: run, in: transaction)
        }
        if case .applied(let films, let programmes) = outcome {
            meters.count(Film.listName, films)
            meters.count(Programme.listName, programmes)
            if films.isNews || programmes.isNews {
                cache.invalidate()
                committed()
            }
        }
        return outcome
    }

    private func work(on run: ImportRunDocument, in transaction: PostgresTransaction) async throws -> Outcome {
        let films = ImportRunItems<Film>(run: run.id, table: .films)
        let programmes = ImportRunItems<Programme>(run: run.id, table: .programmes)
        let isDryRun = run.state == .checking
        if !isDryRun { _ = try await transaction.unit([ImportStore.oneAtATime, Self.slugsAtTheEnd]) }
        let problems =
            try await lost(run, in: transaction)
            + films.problems(in: transaction) + programmes.problems(in: transaction)
        guard problems.isEmpty else {
            let shown = Array(problems.prefix(ImportDocument.problemsMax))
            _ = try await transaction.query(ImportRunStore.refuse(run.id, shown))
            return .refused(problems: problems.count)
        }
        let cause = EventCause(
            correlationID: .generate(now: now()), trace: try run.traceparent.map { try TraceContext($0) })
        var done: Int64 = 0
        let filmTally = try await goThrough(films, isDryRun, &done, in: transaction) { steps in
            [try ImportStore.write(films: steps)] + SearchIndex.add(steps.map(\.item))
        } event: {
            try EventDraft(FilmChanged(film: $0.item), sequence: $0.item.version, cause: cause, now: now())
        }
        let programmeTally = try await goThrough(programmes, isDryRun, &done, in: transaction) { steps in
            [ImportStore.write(programmes: steps)]
        } event: {
            try EventDraft(ProgrammeChanged(programme: $0.item), sequence: $0.item.version, cause: cause, now: now())
        }
        let summary: JSONObject = [
            Film.listName: filmTally.value, Programme.listName: programmeTally.value,
        ]
        if !isDryRun, filmTally.isNews || programmeTally.isNews {
            _ = try await transaction.unit(ImportStore.newRevision)
        }
        _ = try await transaction.query(
            ImportRunStore.end(run.id, as: isDryRun ? .checked : .applied, summary: summary))
        return isDryRun ? .checked : .applied(films: filmTally, programmes: programmeTally)
    }

    /// Two items of different pages may change slugs with each other.
    private static let slugsAtTheEnd: SQL =
        "/* slugsAtTheEnd */ SET CONSTRAINTS films_slug_key, programmes_slug_key DEFERRED"

    /// PostgreSQL has crashed since the parts were staged: what is not logged is gone.
    private func lost(
        _ run: ImportRunDocument, in transaction: PostgresTransaction
    ) async throws -> [ImportProblem] {
        let found = try await transaction.query(
            "/* countImportItems */ SELECT count(*) FROM import_items WHERE run_id = \(run.id)"
        ).one().get(0, as: Int64.self)
        guard found != run.total else { return [] }
        return [
            ImportProblem(
                path: "",
                sentence: "Of \(run.total) staged items \(found) are still there: the database has crashed since. Send "
                    + "the import again.")
        ]
    }

    /// Page by page: counts, and unless it is a dry run writes what is news, its rows before their events.
    private func goThrough<Item: CatalogItem>(
        _ items: ImportRunItems<Item>, _ isDryRun: Bool, _ done: inout Int64, in transaction: PostgresTransaction,
        write: ([ItemImport<Item>.Step]) throws -> [SQL], event: (ItemImport<Item>.Step) throws -> EventDraft
    ) async throws -> ChangeTally {
        var tally = ChangeTally()
        var place = ImportRunItems<Item>.Place()
        while true {
            try Task.checkCancellation()
            let rows = try await transaction.query(items.page(after: place, withDocuments: !isDryRun))
            guard !rows.isEmpty else { return tally }
            var steps: [ItemImport<Item>.Step] = []
            for row in rows {
                let verdict = try ImportRunItems<Item>.verdict(row)
                place = verdict.place
                if let step = try ImportRunItems<Item>.step(verdict, index: tally.total) { steps.append(step) }
                tally.count(verdict.change)
                if tally.total.isMultiple(of: ImportDraft.itemsPerTurn) { await Task.yield() }
            }
            if !steps.isEmpty {
                _ = try await transaction.unit(try write(steps) + [EventLog.append(try steps.map(event))])
            }
            done += Int64(rows.count)
            // On another connection, where everybody sees it.
            _ = try await pool.query(ImportRunStore.progress(items.run, done: done))
        }
    }
}

extension ChangeTally {
    var value: JSONValue { ImportCounts(created: created, changed: changed, unchanged: unchanged).value }
}
