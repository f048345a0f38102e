internal import CatalogDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Works off the import runs that were begun, one after the other, also those that another process has left behind; and
/// takes away what nobody needs any more.
actor ImportRunWorker: ShellService {
    nonisolated let name = "import-runs"
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// How often the database is asked for runs that another process was told of.
    static let pollInterval: Duration = .seconds(1)
    /// Polls between two clearings.
    static let pollsPerClearing = 60

    private let pool: PostgresPool
    private let workOff: WorkOffImportRun
    private let meters: CatalogMeters
    private let log: Log
    private let bell: WakeUp
    private var run: Task<Void, Never>?

    init(
        pool: PostgresPool, workOff: WorkOffImportRun, meters: CatalogMeters, on loop: EventLoop, log: Log
    ) {
        self.pool = pool
        self.workOff = workOff
        self.meters = meters
        self.loop = loop
        self.log = log
        bell = WakeUp(loop: loop)
    }

    func start() async throws {
        run = Task { await self.watch() }
    }

    func stop(within limit: Duration) async {
        run?.cancel()
        bell.signal()
        await run?.value
        run = nil
    }

    /// A run was begun.
    func wake() { bell.signal() }

    private func watch() async {
        var polls = 0
        while !Task.isCancelled {
            do {
                let hasApplied = try await workOffAll()
                if hasApplied || polls.isMultiple(of: Self.pollsPerClearing) { try await clear() }
                polls &+= 1
            } catch {
                if !Task.isCancelled { log.warning("import_run.waits", [.error: .error(error)]) }
            }
            if !Task.isCancelled { await bell.wait(atMost: Self.pollInterval) }
        }
    }

    /// Whether anything was applied.
    private func workOffAll() async throws -> Bool {
        var hasApplied = false
        for row in try await pool.query(ImportRunStore.atWork) {
            let id: ImportRunID = try row.get(0)
            do {
                if try await finish(id) { hasApplied = true }
            } catch {
                guard !Self.passes(error) else { throw error }
                // Whatever it is, the next try would meet it again.
                log.error("import_run.failed", ["run": .id(id), .error: .error(error)])
                _ = try await pool.query(
                    ImportRunStore.refuse(
                        id, [ImportProblem(path: "", sentence: "The fault is the catalog's own; its log says why.")]))
            }
        }
        return hasApplied
    }

    private func finish(_ id: ImportRunID) async throws -> Bool {
        let log = log.with(["run": .id(id)])
        switch try await workOff(id) {
        case .leftAlone: return false
        case .checked:
            log.info("import_run.checked")
            return false
        case .refused(let problems):
            meters.importsRefused.increment()
            log.info("import_run.refused", ["problems": .count(problems)])
            return false
        case .applied(let films, let programmes):
            log.info(
                "catalog.imported",
                [
                    "films": .count(films.created + films.changed),
                    "programmes": .count(programmes.created + programmes.changed),
                ])
            return true
        }
    }

    private static func passes(_ error: any Error) -> Bool {
        if error is CancellationError { return true }
        return (error as? PostgresError).map { Problem($0) != nil } ?? false
    }

    /// The parts of applied runs, and runs that nobody has touched for long; then what an older build has imported
    /// gets its place in the search index.
    private func clear() async throws {
        for row in try await pool.query(ImportRunStore.spent) {
            try await ImportRunStore.empty(try row.get(0), in: pool)
        }
        for row in try await pool.query(ImportRunStore.idle) {
            let id: ImportRunID = try row.get(0)
            try await ImportRunStore.empty(id, in: pool)
            _ = try await pool.query(ImportRunStore.delete(id))
            log.info("import_run.forgotten", ["run": .id(id)])
        }
        try await SearchIndex.makeUp(in: pool)
    }
}

extension ImportRunStore {
    /// Takes away all that the run holds, a few parts at a time.
    static func empty(_ id: ImportRunID, in pool: PostgresPool) async throws {
        while try await pool.query(clear(id)).one().get(0, as: Int64.self) > 0 {}
    }
}
