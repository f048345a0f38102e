public import Reactor
internal import Synchronization

/// Connections to one database, lent one caller at a time.
///
/// Everything lives on the loop. A call from the loop's thread starts at once, without a hop; one from elsewhere
/// is queued to it. Nothing is connected before it is needed, unless `connectionsMin` asks for it.
///
/// Cancelling a task ends its wait for a connection. A statement that was sent is never abandoned: the caller
/// gets its outcome, which the statement timeout bounds.
public actor PostgresPool: PostgresQueryable {
    enum Work: Sendable {
        case batch(Batch)
        case lease(CheckedContinuation<Result<LeaseID, PostgresError>, Never>, answerBy: ContinuousClock.Instant?)

        var answerBy: ContinuousClock.Instant? {
            switch self {
            case .batch(let batch): batch.answerBy
            case .lease(_, let answerBy): answerBy
            }
        }
    }
    typealias LeaseID = UInt64
    typealias ConnectionID = UInt64

    public nonisolated let configuration: PostgresConfiguration
    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    // Touched on the loop, where PostgresPool+Loop acts on the rules' decisions.
    let events: (@Sendable (PostgresEvent) -> Void)?
    private nonisolated let lastWaiter = Atomic<UInt64>(0)
    var state: PoolState<Work>
    var connections: [ConnectionID: Connection] = [:]
    var leases: [LeaseID: ConnectionID] = [:]
    var lastLease: LeaseID = 0
    var deadlineTimer: (timer: LoopTimer, deadline: ContinuousClock.Instant)?
    var tickTimer: LoopTimer?
    var seenFlights: [ConnectionID: SeenFlight] = [:]
    var lastConnectFailure: PostgresError?
    var closeWaiters: [CheckedContinuation<Void, Never>] = []

    struct SeenFlight {
        var flight: UInt64
        var ticks = 0
    }

    /// How often idle connections and overdue answers are looked for.
    static let tick: Duration = .milliseconds(500)

    public init(
        _ configuration: PostgresConfiguration, on loop: EventLoop,
        events: (@Sendable (PostgresEvent) -> Void)? = nil
    ) {
        self.configuration = configuration
        self.loop = loop
        self.events = events
        state = PoolState(PoolState.Limits(configuration))
        if configuration.connectionsMin > 0 {
            loop.execute { self.assumeIsolated { $0.openWanted() } }
        }
    }

    // MARK: - Queries

    /// Runs one statement, which commits by itself.
    public nonisolated func query(_ sql: SQL) async throws(PostgresError) -> Rows {
        try await unit([sql])[0]
    }

    /// Runs several statements in one round trip and one transaction: all of them or none.
    public nonisolated func unit(_ statements: [SQL]) async throws(PostgresError) -> [Rows] {
        guard !statements.isEmpty else { return [] }
        return try await run(Batch(statements, commit: .atEnd))
    }

    private nonisolated func run(_ batch: Batch) async throws(PostgresError) -> [Rows] {
        try await wait { continuation, id in
            var batch = batch
            batch.completion = .caller(continuation)
            begin(.batch(batch), id: id)
        }.get()
    }

    // MARK: - Patience

    /// When the task's statements must be answered, the wait for a connection included; nil: the configuration's
    /// limits alone hold.
    @TaskLocal static var answerBy: ContinuousClock.Instant?

    /// Bounds all that `body` asks of any pool together, for whoever has somebody waiting. What is not answered in time
    /// fails like a connection that broke: the statement may have been carried out, and if it was to commit its outcome
    /// is unknown. Looked at every `tick`. Within another one the shorter of the two holds.
    ///
    /// - Parameter isolation: the caller's, where `body` runs. Named because the standard library's closures know
    ///   nothing of it: what they wait for would go on in Dispatch's threads, and every step after that (Swift 6.3).
    public static func answering<Output>(
        within limit: Duration, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Output
    ) async rethrows -> Output {
        let deadline = ContinuousClock.now + limit
        return try await $answerBy.withValue(min(deadline, answerBy ?? deadline)) {
            _ = isolation  // and so the closure is isolated to it (SE-0420)
            return try await body()
        }
    }

    // MARK: - Leases

    nonisolated func lease() async throws(PostgresError) -> LeaseID {
        try await wait { continuation, id in begin(.lease(continuation, answerBy: Self.answerBy), id: id) }.get()
    }

    /// Runs `batch` on a leased connection.
    nonisolated func run(_ batch: Batch, on lease: LeaseID) async throws(PostgresError) -> [Rows] {
        try await wait { continuation, _ in
            var batch = batch
            batch.completion = .caller(continuation)
            onLoop { [batch] pool in pool.submit(batch, on: lease) }
        }.get()
    }

    /// Suspends the caller until `start` has led to an answer. Cancelling it ends its wait for a connection.
    private nonisolated func wait<Output: Sendable>(
        _ start: @Sendable (CheckedContinuation<Output, Never>, _ id: UInt64) -> Void
    ) async -> Output {
        if loop.isCurrent { await suspend(start) } else { await suspendOnLoop(start) }
    }

    /// A caller from another thread comes to the loop first. (Else the answer might be there before it sleeps,
    /// which the thread sanitizer takes for a race.)
    private func suspendOnLoop<Output: Sendable>(
        _ start: @Sendable (CheckedContinuation<Output, Never>, _ id: UInt64) -> Void
    ) async -> Output {
        await suspend(start)
    }

    private func suspend<Output: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ start: @Sendable (CheckedContinuation<Output, Never>, _ id: UInt64) -> Void
    ) async -> Output {
        let id = lastWaiter.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            _ = isolation  // stays on the caller's thread: see `answering`
            return await withCheckedContinuation { start($0, id) }
        } onCancel: {
            onLoop { $0.cancel(id) }
        }
    }

    /// Gives a lease back. A connection that is not clean is closed.
    nonisolated func endLease(_ lease: LeaseID) {
        onLoop { pool in
            guard let id = pool.leases.removeValue(forKey: lease), let connection = pool.connections[id] else { return }
            pool.free(id, connection)
        }
    }

    // MARK: - Life

    /// Refuses new work, fails what waits for a connection, and lets what runs go on for at most `grace`.
    public func close(within grace: Duration = .seconds(5)) async {
        let (waiters, unused) = state.close()
        for waiter in waiters { refuse(waiter, PostgresError(.closed, "the pool is closed")) }
        for id in unused { end(id, "the pool is closed") }
        deadlineTimer?.timer.cancel()
        let timer = loop.schedule(after: grace) {
            for id in Array(self.connections.keys) { self.end(id, "the pool was closed while it worked") }
        }
        await withCheckedContinuation { continuation in
            // Asked here, not before: the loop may have turned on the way into this closure.
            if connections.isEmpty { continuation.resume() } else { closeWaiters.append(continuation) }
        }
        timer.cancel()
        tickTimer?.cancel()
        tickTimer = nil
    }

    /// For metrics.
    public struct Statistics: Hashable, Sendable {
        public var connections: Int
        public var idle: Int
        public var leased: Int
        public var waiting: Int
    }

    public var statistics: Statistics {
        Statistics(
            connections: state.connectionCount, idle: state.idleCount, leased: state.leasedCount,
            waiting: state.waiterCount)
    }
}

extension PoolState.Limits {
    init(_ configuration: PostgresConfiguration) {
        connectionsMin = configuration.connectionsMin
        connectionsMax = max(1, configuration.connectionsMax)
        waitersMax = configuration.waitersMax
        leaseWaitMax = configuration.leaseWaitMax
        idleMax = configuration.idleMax
        backOffMin = configuration.backOffMin
        backOffMax = configuration.backOffMax
    }
}
