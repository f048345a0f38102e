internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Keeps the pages in memory true: asks the database for the catalog's revision once a second, and at once when another
/// process says that it has imported something.
actor RevisionWatch: ShellService {
    /// What an import notifies, in its transaction.
    static let channel = "catalog_changed"
    static let interval: Duration = .seconds(1)

    nonisolated let name = "revision"
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let pool: PostgresPool
    private let cache: PageCache
    private let listener: PostgresListener
    private let log: Log
    private var tasks: [Task<Void, Never>] = []

    init(pool: PostgresPool, cache: PageCache, on loop: EventLoop, log: Log) {
        self.pool = pool
        self.cache = cache
        self.loop = loop
        self.log = log
        listener = PostgresListener(
            pool.configuration, channels: [Self.channel], on: loop, events: { log.postgres($0) })
    }

    func start() async throws {
        await listener.start()
        tasks = [
            Task { await self.poll() },
            Task { await self.listen() },
        ]
    }

    func stop(within limit: Duration) async {
        await listener.close()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        tasks = []
    }

    private func poll() async {
        while !Task.isCancelled {
            await look()
            try? await loop.sleep(for: Self.interval)
        }
    }

    private func listen() async {
        for await _ in listener.notifications { await look() }
    }

    /// The clock is read before the database is: an answer says nothing about the time after the question.
    private func look() async {
        let asked = ContinuousClock.now
        do {
            let revision = try await pool.query("/* readRevision */ SELECT revision FROM catalog_revision").one()
            cache.confirm(revision: try revision.get("revision"), asked: asked)
        } catch {
            log.debug("catalog.revision.unknown", [.error: .error(error)])
        }
    }
}
