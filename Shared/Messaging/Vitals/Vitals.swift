internal import FilmClubModel
internal import Postgres
internal import Reactor
internal import ServiceShell

/// Feels a process's pulse: readiness, what is degraded, and the gauges of what waits.
///
/// *Ready* means that the database answers through the service's own pool within a deadline: without it no request can
/// be served. It is judged by asking, not by when a connection was last made: a frozen server keeps its connections.
/// A pool in which no connection comes free in that time serves nobody either, whether the server stands still or has
/// too much to do. The relay and the consumer are facts beside that and never make a process unready: orders are taken
/// while the broker is away, and another process of the service would have the same broker.
actor Vitals: ShellService {
    nonisolated let name = "vitals"
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let pool: PostgresPool
    private let store: VitalsStore
    private let relay: Relay
    private let consumer: EventConsumer
    private let limits: VitalsLimits
    private let log: Log
    private let meters: VitalsMeters
    private let database: HealthCheck
    private let relaying: HealthCheck
    private let consuming: HealthCheck
    private var run: Task<Void, Never>?
    private var counting: Task<Void, Never>?

    init(
        _ context: ShellContext, service: ServiceName, pool: PostgresPool, relay: Relay, consumer: EventConsumer,
        limits: VitalsLimits = VitalsLimits()
    ) {
        loop = context.loop
        self.pool = pool
        store = VitalsStore(pool: pool, consumer: service.text)
        self.relay = relay
        self.consumer = consumer
        self.limits = limits
        log = context.log
        meters = VitalsMeters(context.metrics)
        let health = context.health
        database = health.check("database")
        relaying = health.check("relay")
        consuming = health.check("consumer")
        health.catchingUp("outbox") { [weak self] in await self?.outboxStatus() ?? .notReady("It has ended.") }
        health.catchingUp("inbox") { [weak self] in await self?.inboxStatus() ?? .notReady("It has ended.") }
    }

    /// The database has just been migrated: it answers.
    func start() async throws {
        database.ready()
        run = Task { await self.watch() }
    }

    /// A statement that the database still owes an answer to is left to the pool's end.
    func stop(within limit: Duration) async {
        run?.cancel()
        counting?.cancel()
    }

    private func watch() async {
        var looks = 0
        while !Task.isCancelled {
            await lookAtDatabase()
            if looks.isMultiple(of: limits.looksPerCount), counting == nil { counting = Task { await self.count() } }
            relaying.say(await relay.condition(trouble: limits.troubleAfter))
            consuming.say(await consumer.condition(trouble: limits.troubleAfter))
            meters.show(await consumer.lag())
            meters.show(await pool.statistics)
            looks &+= 1
            guard (try? await loop.sleep(for: limits.interval)) != nil else { return }
        }
    }

    // MARK: - The database

    private func lookAtDatabase() async {
        let overdue = loop.schedule(after: limits.answerMax) {
            self.database.notReady("The database has not answered for \(self.limits.answerMax).")
        }
        defer { overdue.cancel() }
        do {
            meters.show(try await store.lease(), isHolder: await relay.isHolder)
            database.ready()
        } catch {
            judge(error)
        }
    }

    /// Beside the looks: it may take longer than they may.
    private func count() async {
        do {
            meters.show(try await store.backlog(), try await store.parked())
        } catch {
            log.debug("vitals.count.failed", [.error: .error(error)])
        }
        counting = nil
    }

    private func judge(_ error: any Error) {
        guard !Task.isCancelled else { return }
        log.debug("vitals.failed", [.error: .error(error)])
        let isCrowded = (error as? PostgresError).map { $0.kind == .poolTimeout || $0.kind == .poolFull } ?? false
        database.notReady(
            isCrowded ? "No connection to the database came free." : "The database cannot be asked.")
    }

    // MARK: - Caught up

    private func outboxStatus() async -> HealthCheck.Status {
        do {
            let waiting = try await store.backlog().events
            return waiting == 0 ? .ready : .notReady("\(waiting) events wait to be published.")
        } catch {
            return .notReady("The database cannot be asked.")
        }
    }

    private func inboxStatus() async -> HealthCheck.Status { await consumer.caughtUp(within: limits.brokerAnswerMax) }
}

/// The bounds of the pulse.
struct VitalsLimits: Sendable {
    /// How often the database is asked.
    var interval: Duration = .seconds(1)
    /// How long it may take to answer before the process is not ready.
    var answerMax: Duration = .seconds(2)
    /// How long the relay or the consumer may fail before that is worth a word.
    var troubleAfter: Duration = .seconds(5)
    /// Looks between two counts of what waits, which cost more than a look.
    var looksPerCount = 5
    /// How long the broker may take to tell how far it is read.
    var brokerAnswerMax: Duration = .seconds(3)
    /// A backlog is counted up to here.
    static let backlogMax: Int32 = 10_000
}
