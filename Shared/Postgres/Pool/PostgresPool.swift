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

    private let events: (@Sendable (PostgresEvent) -> Void)?
    private nonisolated let lastWaiter = Atomic<UInt64>(0)
    private var state: PoolState<Work>
    private var connections: [ConnectionID: Connection] = [:]
    private var leases: [LeaseID: ConnectionID] = [:]
    private var lastLease: LeaseID = 0
    private var deadlineTimer: LoopTimer?
    private var tickTimer: LoopTimer?
    private var seenFlights: [ConnectionID: SeenFlight] = [:]
    private var lastConnectFailure: PostgresError?
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []

    private struct SeenFlight {
        var flight: UInt64
        var ticks = 0
    }

    /// How often idle connections and overdue answers are looked for.
    private static let tick: Duration = .seconds(1)

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

// MARK: - On the loop

extension PostgresPool {
    /// At once if this is the loop's thread, else queued to it.
    private nonisolated func onLoop(_ body: @escaping @Sendable (isolated PostgresPool) -> Void) {
        if loop.isCurrent {
            assumeIsolated { body($0) }
        } else {
            loop.execute { self.assumeIsolated { body($0) } }
        }
    }

    private nonisolated func begin(_ work: Work, id: UInt64) {
        onLoop { $0.start(work, id: id) }
        // The handler may have run before the waiter was there to be cancelled.
        if Task.isCancelled { onLoop { $0.cancel(id) } }
    }

    private func start(_ work: Work, id: UInt64) {
        switch state.lease(work, id: id, now: .now) {
        case .granted(let connection): grant(connection, to: work)
        case .refused(let kind):
            let reason =
                kind == .closed ? "the pool is closed" : "\(configuration.waitersMax) wait for a connection already"
            refuse(work, PostgresError(kind, reason))
        case .waiting(let connect):
            if let connect { open(connect) }
            watchDeadline()
            keepTicking()
        }
    }

    private func grant(_ id: ConnectionID, to work: Work) {
        switch work {
        case .batch(let batch):
            guard let connection = connections[id] else {
                return refuse(work, PostgresError(.connection, "the connection is gone"))
            }
            connection.submit(batch)
        case .lease(let continuation):
            lastLease += 1
            leases[lastLease] = id
            continuation.resume(returning: .success(lastLease))
        }
    }

    private func refuse(_ work: Work, _ error: PostgresError) {
        switch work {
        case .batch(let batch): batch.complete(.failure(error.withKind(error.kind, statement: batch.label(0))))
        case .lease(let continuation): continuation.resume(returning: .failure(error))
        }
    }

    private func cancel(_ id: UInt64) {
        guard let work = state.cancel(id: id) else { return }
        refuse(work, PostgresError(.cancelled, "cancelled while waiting for a connection"))
    }

    /// The connection's work is done: to the next waiter, or kept; closed if it is still in the middle of something.
    private func free(_ id: ConnectionID, _ connection: Connection) {
        guard connection.isClean else {
            if !connection.isOutsideTransaction { events?(.leaseReturnedInTransaction) }
            return connection.end(PostgresError(.closed, "the connection was returned in the middle of its work"))
        }
        act(on: state.returned(id, now: .now), id)
    }

    private func act(on decision: PoolState<Work>.Return, _ id: ConnectionID) {
        switch decision {
        case .granted(let work): grant(id, to: work)
        case .kept: break
        case .close: end(id, "the pool is closed")
        }
    }

    // MARK: - Connections

    private func openWanted() {
        while let id = state.connectIfWanted(.now) { open(id) }
        keepTicking()
    }

    private func open(_ id: ConnectionID) {
        let connection = Connection(configuration, on: loop, events: events) { signal in
            switch signal {
            case .ready:
                self.lastConnectFailure = nil
                self.act(on: self.state.connected(id, now: .now), id)
                self.openWanted()
            case .idle:
                guard !self.leases.values.contains(id), let connection = self.connections[id] else { return }
                self.free(id, connection)
            case .ended(let error): self.ended(id, error)
            case .notification: break
            }
        }
        connections[id] = connection
        connection.connect()
    }

    private func ended(_ id: ConnectionID, _ error: PostgresError) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        seenFlights[id] = nil
        if state.isClosed {
            _ = state.lost(id, now: .now)
        } else if connection.wasReady {
            events?(.connectionLost(error))
            if let next = state.lost(id, now: .now) { open(next) }
        } else {
            lastConnectFailure = error
            let pause = state.connectFailed(id, now: .now, jitter: .random(in: 0...1))
            events?(.connectFailed(error, retryAfter: pause))
            loop.schedule(after: pause) { self.openWanted() }
        }
        if state.isClosed, connections.isEmpty {
            for waiter in closeWaiters { waiter.resume() }
            closeWaiters = []
        }
    }

    private func end(_ id: ConnectionID, _ reason: String) {
        connections[id]?.end(PostgresError(.closed, reason))
    }

    // MARK: - Time

    private func watchDeadline() {
        guard deadlineTimer == nil, let deadline = state.nextDeadline else { return }
        deadlineTimer = loop.schedule(after: deadline - .now) {
            self.deadlineTimer = nil
            var reason = "no connection to the database came free within \(self.configuration.leaseWaitMax)"
            if let failure = self.lastConnectFailure { reason += "; the last attempt to connect: \(failure)" }
            for work in self.state.expire(now: .now) { self.refuse(work, PostgresError(.poolTimeout, reason)) }
            self.watchDeadline()
        }
    }

    private func keepTicking() {
        guard tickTimer == nil, !state.isClosed else { return }
        tickTimer = loop.schedule(after: Self.tick) {
            self.tickTimer = nil
            self.onTick()
            if !self.connections.isEmpty || self.state.waiterCount > 0 { self.keepTicking() }
        }
    }

    private func onTick() {
        for id in state.takeStale(now: .now) { end(id, "idle for \(configuration.idleMax)") }
        for (id, connection) in connections {
            guard let flight = connection.boundedFlight else {
                seenFlights[id] = nil
                continue
            }
            let seen = seenFlights[id].flatMap { $0.flight == flight ? $0.ticks : nil } ?? 0
            seenFlights[id] = SeenFlight(flight: flight, ticks: seen + 1)
            if Self.tick * seen > configuration.answerMax {
                connection.end(PostgresError(.connection, "no answer within \(configuration.answerMax)"))
            }
        }
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
