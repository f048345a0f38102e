internal import CatalogDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Import runs: a catalogue of any size comes in parts, and becomes true all at once or not at all. It owns what is
/// staged and refuses what contradicts itself or what is stored.
struct ImportRuns: Sendable {
    let worker: ImportRunWorker
    private let routes: ImportRunRoutes

    init(
        pool: PostgresPool, authenticator: Authenticator, cache: PageCache, meters: CatalogMeters,
        on loop: EventLoop, log: Log, now: @escaping @Sendable () -> Instant, committed: @escaping @Sendable () -> Void
    ) {
        let workOff = WorkOffImportRun(pool: pool, cache: cache, meters: meters, now: now, committed: committed)
        worker = ImportRunWorker(pool: pool, workOff: workOff, meters: meters, on: loop, log: log)
        routes = ImportRunRoutes(
            authenticator: authenticator, desk: ImportRunDesk(pool: pool, now: now, worker: worker), meters: meters,
            applying: AuditedAction("import-run.apply", on: "id", authenticator, pool),
            deleting: AuditedAction("import-run.delete", on: "id", authenticator, pool))
    }

    func register(in router: inout Router) {
        routes.register(in: &router)
        ImportSchemaRoute().register(in: &router)
    }
}
