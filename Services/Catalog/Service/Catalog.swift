internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Everything the catalog is made of but its transport: pages, lists, imports. The one place where they are put
/// together, for the process as for its tests.
struct Catalog: Sendable {
    /// Without it pages are always read from the database.
    let watch: TableWatch
    private let films: FilmRoutes
    private let programmes: ProgrammeRoutes
    private let imports: ImportRoute
    let importRuns: ImportRuns
    private let importing: AuditedAction
    private let audit: AuditRoutes

    /// - Parameter committed: called after something was written that the relay has to publish.
    init(
        pool: PostgresPool, authenticator: Authenticator, on loop: EventLoop, log: Log, metrics: Metrics,
        now: @escaping @Sendable () -> Instant, committed: @escaping @Sendable () -> Void
    ) {
        let meters = CatalogMeters(metrics)
        let cache = PageCache()
        let lists = ListReader(pool: pool)
        let pages = PageReader(pool: pool, cache: cache, meters: meters)
        watch = cache.watch(pool, on: loop, log: log)
        films = FilmRoutes(lists: lists, pages: pages)
        programmes = ProgrammeRoutes(lists: lists, pages: pages)
        imports = .catalog(
            authenticator: authenticator,
            importCatalog: ImportCatalog(pool: pool, cache: cache, now: now, committed: committed), meters: meters,
            log: log)
        importRuns = ImportRuns(
            pool: pool, authenticator: authenticator, cache: cache, meters: meters, on: loop, log: log, now: now,
            committed: committed)
        importing = AuditedAction("catalog.import", authenticator, pool)
        audit = AuditRoutes(authenticator, pool)
    }

    func register(in router: inout Router) {
        films.register(in: &router)
        programmes.register(in: &router)
        importRuns.register(in: &router)
        router.group("", [importing]) { imports.register(in: &$0) }
        audit.register(in: &router)
    }
}
