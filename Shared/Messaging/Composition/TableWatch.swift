public import Postgres
public import ServiceShell

/// Keeps true what a process holds in memory of its database: reads it before the service counts as started, again
/// whenever a process says on `channel` that it has changed, and every `interval` all the same, since a notice may be
/// lost.
public actor TableWatch: ShellService {
    public nonisolated let name: String
    private nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let interval: Duration
    private let read: @Sendable (_ asked: ContinuousClock.Instant) async throws -> Void
    private let listener: PostgresListener
    private let log: Log
    private var tasks: [Task<Void, Never>] = []
    private var hasFailed = false

    /// - Parameter read: reads the database and keeps the answer. `asked` is a time before the question: an answer says
    ///   nothing about what came after it.
    public init(
        _ name: String, channel: String, every interval: Duration, of pool: PostgresPool, on loop: EventLoop, log: Log,
        read: @escaping @Sendable (_ asked: ContinuousClock.Instant) async throws -> Void
    ) {
        self.name = name
        self.interval = interval
        self.loop = loop
        self.log = log
        self.read = read
        listener = PostgresListener(
            pool.configuration, channels: [channel], on: loop, events: { log.postgres($0) })
    }

    /// Returns when the first answer is kept, and throws what hinders it.
    public func start() async throws {
        try await read(.now)
        await listener.start()
        tasks = [
            Task { await self.poll() },
            Task { await self.listen() },
        ]
    }

    public func stop(within limit: Duration) async {
        await listener.close()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        tasks = []
    }

    private func poll() async {
        while (try? await loop.sleep(for: interval)) != nil { await readAgain() }
    }

    private func listen() async {
        for await _ in listener.notifications { await readAgain() }
    }

    /// What is in memory grows old while this fails; whoever uses it sees that by itself. Told once a failure, not once
    /// an attempt.
    private func readAgain() async {
        do {
            try await read(.now)
            hasFailed = false
        } catch {
            let fields: LogFields = ["watch": .text(name), .error: .error(error)]
            hasFailed ? log.debug("watch.failed", fields) : log.warning("watch.failed", fields)
            hasFailed = true
        }
    }
}
