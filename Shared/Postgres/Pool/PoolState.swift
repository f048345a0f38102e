/// The rules of the pool, without a socket or a clock: each event is a mutating function that says what to do.
struct PoolState<Waiter> {
    typealias ConnectionID = UInt64
    typealias Time = ContinuousClock.Instant

    struct Limits {
        var connectionsMin = 0
        var connectionsMax = 8
        var waitersMax = 10_000
        var leaseWaitMax: Duration = .seconds(2)
        var idleMax: Duration = .seconds(60)
        var backOffMin: Duration = .milliseconds(50)
        var backOffMax: Duration = .seconds(5)
    }

    private enum Slot: Equatable {
        case connecting
        case idle(since: Time)
        case leased
    }

    private struct Waiting {
        var id: UInt64
        var deadline: Time
        var waiter: Waiter
    }

    private let limits: Limits
    private var slots: [ConnectionID: Slot] = [:]
    /// The one used last is taken first: the others become old enough to be closed.
    private var idle: [ConnectionID] = []
    private var connecting = 0
    private var waiters = FIFO<Waiting>()
    /// No waiter's deadline lies before it.
    private var soonest: Time?
    private var lastID: ConnectionID = 0
    private var failures = 0
    private var retryAt: Time?
    private(set) var isClosed = false

    init(_ limits: Limits) { self.limits = limits }

    var connectionCount: Int { slots.count }
    var idleCount: Int { idle.count }
    var leasedCount: Int { slots.count - idle.count - connecting }
    var waiterCount: Int { waiters.count }
    /// When to look for waiters whose patience has ended; perhaps none has.
    var nextDeadline: Time? { waiters.isEmpty ? nil : soonest }

    // MARK: - Leases

    enum Lease: Equatable {
        case granted(ConnectionID)
        /// Perhaps with a new connection to be opened.
        case waiting(connect: ConnectionID?)
        case refused(PostgresError.Kind)
    }

    /// - Parameter answerBy: when the waiter goes away, if that is before the limit for all.
    mutating func lease(_ waiter: Waiter, id: UInt64, now: Time, answerBy: Time? = nil) -> Lease {
        if isClosed { return .refused(.closed) }
        if let connection = idle.popLast() {
            slots[connection] = .leased
            return .granted(connection)
        }
        guard waiters.count < limits.waitersMax else { return .refused(.poolFull) }
        let limit = now + limits.leaseWaitMax
        let deadline = min(limit, answerBy ?? limit)
        soonest = waiters.isEmpty ? deadline : min(soonest ?? deadline, deadline)
        waiters.append(Waiting(id: id, deadline: deadline, waiter: waiter))
        return .waiting(connect: connectIfWanted(now))
    }

    enum Return {
        case granted(Waiter)
        case kept
        case close
    }

    /// A lease ended and its connection is fit for another.
    mutating func returned(_ connection: ConnectionID, now: Time) -> Return {
        guard slots[connection] != nil else { return .close }
        if isClosed { return .close }
        if let next = waiters.popFirst() { return .granted(next.waiter) }
        slots[connection] = .idle(since: now)
        idle.append(connection)
        return .kept
    }

    /// The waiter, if it still waits.
    mutating func cancel(id: UInt64) -> Waiter? { waiters.remove { $0.id == id }?.waiter }

    /// Those whose deadline is over.
    mutating func expire(now: Time) -> [Waiter] {
        let all = waiters.removeAll()
        for waiting in all where waiting.deadline > now { waiters.append(waiting) }
        soonest = waiters.isEmpty ? nil : all.lazy.map(\.deadline).filter { $0 > now }.min()
        return all.filter { $0.deadline <= now }.map(\.waiter)
    }

    // MARK: - Connections

    mutating func connected(_ connection: ConnectionID, now: Time) -> Return {
        guard slots[connection] == .connecting else { return .close }
        failures = 0
        retryAt = nil
        connecting -= 1
        slots[connection] = .leased
        return returned(connection, now: now)
    }

    /// A connect failed. Returns the pause after which to call `connectAgain`; `jitter` is from 0 to 1.
    mutating func connectFailed(_ connection: ConnectionID, now: Time, jitter: Double) -> Duration {
        removeSlot(connection)
        let doubled = limits.backOffMin * (1 << min(failures, 16))
        failures += 1
        let pause = min(doubled, limits.backOffMax) * (0.5 + jitter / 2)
        retryAt = now + pause
        return pause
    }

    /// An established connection is gone. Perhaps another is to be opened.
    mutating func lost(_ connection: ConnectionID, now: Time) -> ConnectionID? {
        removeSlot(connection)
        return connectIfWanted(now)
    }

    /// The next connection to open, if one is wanted: ask until it says nil.
    mutating func connectIfWanted(_ now: Time) -> ConnectionID? {
        if let retryAt {
            // While the server is away one at a time tries.
            guard now >= retryAt, connecting == 0 else { return nil }
        }
        let wantedByWaiters = connecting < waiters.count && slots.count < limits.connectionsMax
        guard !isClosed, wantedByWaiters || slots.count < limits.connectionsMin else { return nil }
        lastID += 1
        slots[lastID] = .connecting
        connecting += 1
        return lastID
    }

    /// Idle ones above the minimum that nobody needed for long; they are forgotten here.
    mutating func takeStale(now: Time) -> [ConnectionID] {
        var stale: [ConnectionID] = []
        for connection in idle where slots.count - stale.count > limits.connectionsMin {
            if case .idle(let since) = slots[connection], now - since >= limits.idleMax { stale.append(connection) }
        }
        for connection in stale { removeSlot(connection) }
        return stale
    }

    /// Grants nothing from now on. Returns who waits, and which connections can be closed at once.
    mutating func close() -> (waiters: [Waiter], connections: [ConnectionID]) {
        isClosed = true
        let unused = slots.filter { $0.value != .leased }.map(\.key)
        for connection in unused { removeSlot(connection) }
        return (waiters.removeAll().map(\.waiter), unused)
    }

    private mutating func removeSlot(_ connection: ConnectionID) {
        guard let slot = slots.removeValue(forKey: connection) else { return }
        switch slot {
        case .connecting: connecting -= 1
        case .idle: idle.removeAll { $0 == connection }
        case .leased: break
        }
    }
}
