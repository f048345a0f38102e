internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// Imports films and programmes: all of a document or none of it. Said twice it changes nothing the second time.
struct ImportCatalog: Sendable {
    let pool: PostgresPool
    let cache: PageCache
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    /// - Parameter isDryRun: says what would change and changes nothing.
    func callAsFunction(
        _ draft: ImportDraft, isDryRun: Bool, by call: OperatorCall, trace: TraceContext?
    ) async throws -> CatalogImport {
        let now = now()
        let cause = EventCause(correlationID: .generate(now: now), trace: trace)
        let plan = try await pool.withTransaction { transaction in
            let plan = try await self.plan(draft, in: transaction)
            let events = try draft.events(of: plan, cause: cause, now: now)
            if !isDryRun {
                let writing = plan.isNews ? try ImportStore.write(plan) + [EventLog.append(events)] : []
                _ = try await transaction.unit(writing + [call.granted(plan.audited)])
            }
            return plan
        }
        if !isDryRun, plan.isNews {
            cache.invalidate()
            committed()
        }
        return plan
    }

    /// Decided over what is stored, which is held as it is until the import is committed.
    private func plan(_ draft: ImportDraft, in transaction: PostgresTransaction) async throws -> CatalogImport {
        let rows = try await transaction.unit([
            ImportStore.oneAtATime,
            ImportStore.select(.films, ids: draft.films.map(\.id), slugs: draft.films.map(\.slug)),
            ImportStore.select(.programmes, ids: draft.programmes.map(\.id), slugs: draft.programmes.map(\.slug)),
        ])
        let plan = CatalogImport(
            films: try ItemImport(draft.films, over: rows[1].map { try StoredItem($0) }) { try JSON.encode($0) },
            programmes: try ItemImport(draft.programmes, over: rows[2].map { try StoredItem($0) }) {
                try JSON.encode($0)
            })
        let problems = plan.films.problems + plan.programmes.problems
        guard problems.isEmpty else { throw draft.refusal(problems) }
        return plan
    }
}

extension ImportDraft {
    /// An event for each item that is new or another. An item whose event no topic would take is refused by its name.
    fileprivate func events(of plan: CatalogImport, cause: EventCause, now: Instant) throws -> [EventDraft] {
        var tooLarge: [ImportProblem] = []
        func draft<Item>(
            _ step: ItemImport<Item>.Step, _ body: some EventBody
        ) throws -> EventDraft? {
            do {
                return try EventDraft(body, sequence: step.item.version, cause: cause, now: now)
            } catch let error as EventTooLarge {
                tooLarge.append(
                    ImportProblem(
                        path: step.path,
                        sentence: "The \(Item.noun) “\(step.item.heading)” is too large to be published: \(error)"))
                return nil
            }
        }
        let films = try plan.films.news.compactMap { try draft($0, FilmChanged(film: $0.item)) }
        let programmes = try plan.programmes.news.compactMap { try draft($0, ProgrammeChanged(programme: $0.item)) }
        guard tooLarge.isEmpty else { throw refusal(tooLarge) }
        return films + programmes
    }
}
