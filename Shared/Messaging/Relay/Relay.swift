public import FilmClubModel
internal import Kafka
public import Postgres
public import Reactor
public import ServiceShell

/// Publishes the event log: one relay a service, whichever of its processes holds the lease.
///
/// It owns the cursor and publishes every committed event at least once, first occurrences in sequence within
/// their key. It refuses to move past an event before the broker has acknowledged it, and to write at all once
/// another process has raised the epoch.
public actor Relay: ShellService {
    public nonisolated let name = "relay"
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let store: RelayStore
    let publisher: any EventPublisher
    let service: ServiceName
    let limits: RelayLimits
    /// Yields (topic, key) of the work that somebody waits for; published first when a broker has forgotten.
    private let unfinished: SQL?
    private let holder: String
    private let log: Log
    private let meters: RelayMeters

    private var lease: RelayStore.Lease?
    private var leaseCheckedAt = ContinuousClock.now - .seconds(3600)
    private var clusterCheckedAt = ContinuousClock.now - .seconds(3600)
    /// Topics that are being published again as a whole, each with the number it has reached.
    var replays: [String: Int64] = [:]
    private let wakeUp: WakeUp
    private var notificationIsDue = false
    private var run: Task<Void, Never>?

    /// - Parameter unfinished: a SELECT of two text columns, topic and key.
    public init(
        pool: PostgresPool, publisher: any EventPublisher, service: ServiceName, unfinished: SQL? = nil,
        limits: RelayLimits = RelayLimits(), on loop: EventLoop, log: Log, metrics: Metrics
    ) {
        self.loop = loop
        self.service = service
        self.publisher = publisher
        self.unfinished = unfinished
        self.limits = limits
        store = RelayStore(pool: pool, service: service)
        holder = "\(service)-\(EventID.generate(now: .now()))"
        self.log = log
        meters = RelayMeters(metrics)
        wakeUp = WakeUp(loop: loop)
    }

    public func start() async throws {
        try await RelayStore.checkIncarnation(store.pool)
        run = Task { await self.relay() }
    }

    public func stop(within limit: Duration) async {
        run?.cancel()
        wakeUp.signal()
        await run?.value
        run = nil
    }

    /// Something was committed to the log by this process. From any thread.
    public nonisolated func wake() {
        loop.execute {
            self.assumeIsolated { relay in
                if relay.lease == nil { relay.notifyHolder() } else { relay.wakeUp.signal() }
            }
        }
    }

    /// At most one in each interval; a lost one is made good by the holder's poll.
    private func notifyHolder() {
        guard !notificationIsDue else { return }
        notificationIsDue = true
        loop.schedule(after: limits.notifyInterval) {
            self.notificationIsDue = false
            Task {
                do {
                    try await self.store.notifyHolder()
                } catch {
                    self.log.debug("relay.notify.failed", [.error: .error(error)])
                }
            }
        }
    }

    /// Whether this process is the one that publishes.
    public var isHolder: Bool { lease != nil }

    // MARK: - The loop

    private func relay() async {
        var backOff = limits.backOffMin
        while !Task.isCancelled {
            do {
                while try await turn(), !Task.isCancelled {}
                backOff = limits.backOffMin
                await wakeUp.wait(atMost: lease == nil ? limits.leaseRenewal : limits.pollInterval)
            } catch is CancellationError {
                break
            } catch {
                // What the broker has is unknown now; the row says where to go on.
                lease = nil
                meters.failures.increment()
                log.warning("relay.failed", [.error: .error(error)])
                await wakeUp.wait(atMost: backOff)
                backOff = min(backOff * 2, limits.backOffMax)
            }
        }
        await release()
    }

    private func release() async {
        guard let lease else { return }
        self.lease = nil
        do {
            try await store.releaseLease(epoch: lease.epoch)
        } catch {
            log.warning("relay.release.failed", [.error: .error(error)])
        }
    }

    /// One step: true if there may be more to do at once.
    private func turn() async throws -> Bool {
        guard try await holdLease() else { return false }
        try await checkCluster()
        let republished = try await publishRequests()
        let published = try await publishNextPage()
        return republished || published
    }

    /// Takes or renews the lease. A holder that was stopped for longer than its lease takes it anew, and
    /// finds the cursor where its successor has left it.
    private func holdLease() async throws -> Bool {
        let age = ContinuousClock.now - leaseCheckedAt
        if lease != nil, age < limits.leaseRenewal { return true }
        leaseCheckedAt = .now
        if lease != nil, age < .seconds(Int64(limits.leaseSeconds)) {
            try await save()
            return true
        }
        lease = nil
        guard let taken = try await store.acquireLease(holder: holder, for: limits.leaseSeconds) else { return false }
        lease = taken
        log.info("relay.lease.taken", ["epoch": .integer(taken.epoch)])
        return true
    }

    /// A broker that is another cluster than the cursor's knows nothing: publish everything again, what
    /// somebody waits for first.
    private func checkCluster() async throws {
        guard ContinuousClock.now - clusterCheckedAt >= limits.clusterCheckInterval || lease?.cursor.clusterID == ""
        else { return }
        let clusterID = try await publisher.clusterID()
        clusterCheckedAt = .now
        guard let held = lease?.cursor, held.clusterID != clusterID else { return }
        if !held.clusterID.isEmpty {
            log.warning("relay.cluster.changed", ["from": .text(held.clusterID), "to": .text(clusterID)])
            meters.clusterChanges.increment()
            if let unfinished { try await store.request(unfinished) }
        }
        lease?.cursor = .beginning(clusterID: clusterID)
        try await save()
    }

    private func publishNextPage() async throws -> Bool {
        guard var lease else { return false }
        if lease.cursor.to == nil {
            let pin = try await store.pin(after: lease.cursor)
            lease.cursor.begin(to: pin.snapshot, lowest: pin.lowest, incarnation: lease.incarnation)
            self.lease = lease
        }
        guard let to = lease.cursor.to else { return false }
        let page = try await store.page(of: lease, to: to, limit: limits.pageEventsMax)
        try await publish(page)
        lease.cursor.acknowledge(
            lastNumber: page.last?.number, wasLast: page.count < Int(limits.pageEventsMax),
            incarnation: lease.incarnation)
        self.lease = lease
        try await save()
        meters.published(page)
        return true
    }

    /// The cursor moves, and the lease is renewed by the same write.
    private func save() async throws {
        guard let lease else { throw CancellationError() }
        guard try await store.save(lease, for: limits.leaseSeconds) else { throw RelayFenced(epoch: lease.epoch) }
        leaseCheckedAt = .now
    }

    /// Throws unless the broker has acknowledged every one.
    func publish(_ events: [LoggedEvent]) async throws {
        try await publish(events.map(\.record))
    }

    func publish(_ records: [KafkaRecord]) async throws {
        guard !records.isEmpty else { return }
        for result in await publisher.send(records) { _ = try result.get() }
    }
}

/// Another process has taken the lease: this one must not write.
struct RelayFenced: Error, CustomStringConvertible {
    let epoch: Int64
    var description: String { "another relay has taken over since epoch \(epoch)" }
}
