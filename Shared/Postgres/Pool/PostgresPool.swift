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
        case lease(CheckedContinuation<Result<LeaseID, PostgresError>, Never>)
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
    var deadlineTimer: LoopTimer?
    var tickTimer: LoopTimer?
    var seenFlights: [ConnectionID: SeenFlight] = [:]
    var lastConnectFailure: PostgresError?
    var closeWaiters: [CheckedContinuation<Void, Never>] = []

    struct SeenFlight {
        var flight: UInt64
        var ticks = 0
    }

    /// How often idle connections and overdue answers are looked for.
    static let tick: Duration = .seconds(1)

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
        let id = lastWaiter.wrappingAdd(1, ordering: .relaxed).newValue
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let batch = Batch(statements, commit: .atEnd, completion: .caller(continuation))
                begin(.batch(batch), id: id)
            }
        } onCancel: {
            onLoop { $0.cancel(id) }
        }
        return try outcome.get()
    }

    // MARK: - Leases

    nonisolated func lease() async throws(PostgresError) -> LeaseID {
        let id = lastWaiter.wrappingAdd(1, ordering: .relaxed).newValue
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { begin(.lease($0), id: id) }
        } onCancel: {
            onLoop { $0.cancel(id) }
        }
        return try outcome.get()
    }

    /// Runs `batch` on a leased connection; the pool completes it in any case.
    nonisolated func run(_ batch: Batch, on lease: LeaseID) {
        onLoop { pool in
            guard let id = pool.leases[lease], let connection = pool.connections[id] else {
                // Its lease is over if it is not listed any more; else its connection broke.
                let error =
                    pool.leases[lease] == nil
                    ? PostgresError(.closed, "the connection was given back", statement: batch.label(0))
                    : PostgresError(.connection, "the connection is gone", statement: batch.label(0))
                return batch.complete(.failure(error))
            }
            connection.submit(batch)
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
        deadlineTimer?.cancel()
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
