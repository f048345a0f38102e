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
    let holder: String
    let log: Log
    private let meters: RelayMeters

    var lease: RelayStore.Lease?
    /// When the lease was last taken, renewed, or asked for.
    var leaseCheckedAt = ContinuousClock.now - .seconds(3600)
    /// While nobody else can hold it.
    var window: LeaseWindow?
    /// Until when the lease is left to others, because the broker was silent for us.
    var leavesLeaseUntil = ContinuousClock.now
    private var notedCluster: String?
    private var clusterCheckedAt = ContinuousClock.now - .seconds(3600)
    /// When the broker was given what it has not acknowledged yet.
    var sendBegunAt: ContinuousClock.Instant?
    /// The page behind the one that the broker is writing.
    private var readAhead: ReadAhead?
    /// Whether the last page was followed by more.
    private var isBehind = false
    private var requestsReadAt = ContinuousClock.now - .seconds(3600)
    /// Since when every turn has failed.
    private(set) var failingSince: ContinuousClock.Instant?
    /// Topics that are being published again as a whole.
    var replays: [String: Replay] = [:]
    /// Hears, while we hold the lease, what other processes have committed.
    var listener: PostgresListener?
    let wakeUp: WakeUp
    var notificationIsDue = false

    var isStopping = false
    private var run: Task<Void, Never>?
    private var keeper: Task<Void, Never>?
    private let ended: WakeUp

    /// - Parameter unfinished: a SELECT of two text columns, topic and key.
    public init(
        pool: PostgresPool, publisher: any EventPublisher, service: ServiceName, unfinished: SQL? = nil,
        limits: RelayLimits = RelayLimits(), tracer: Tracer = .off, on loop: EventLoop, log: Log, metrics: Metrics
    ) {
        self.loop = loop
        self.service = service
        self.publisher = publisher
        self.unfinished = unfinished
        self.limits = limits
        store = RelayStore(pool: pool, service: service)
        holder = "\(service)-\(EventID.generate(now: .now()))"
        self.log = log
        meters = RelayMeters(metrics, tracer)
        wakeUp = WakeUp(loop: loop)
        ended = WakeUp(loop: loop)
    }

    public func start() async throws {
        try await RelayStore.checkIncarnation(store.pool)
        run = Task {
            await self.relay()
            self.ended.signal()
        }
        keeper = Task { await self.keepLease() }
    }

    /// Finishes the page in hand and gives the lease back. A broker that does not answer is not waited for: what it
    /// has not acknowledged is published again by whoever comes next.
    public func stop(within limit: Duration) async {
        guard let run, !isStopping else { return }
        isStopping = true
        keeper?.cancel()
        wakeUp.signal()
        await ended.wait(atMost: min(limit / 2, limits.stopWaitMax))
        run.cancel()
        let released = WakeUp(loop: loop)
        Task {
            await self.release()
            released.signal()
        }
        await released.wait(atMost: limit / 4)
    }

    // MARK: - The loop

    private func relay() async {
        var backOff = limits.backOffMin
        while !isStopping {
            do {
                while try await turn(), !isStopping {}
                backOff = limits.backOffMin
                failingSince = nil
                guard !isStopping else { break }
                await wakeUp.wait(atMost: lease == nil ? limits.leaseRenewal : limits.pollInterval)
            } catch {
                // What the broker has is unknown now; the row says where to go on.
                loseLease()
                meters.failures.increment()
                failingSince = failingSince ?? .now
                log.warning("relay.failed", [.error: .error(error)])
                guard !isStopping else { break }
                await wakeUp.wait(atMost: backOff)
                backOff = min(backOff * 2, limits.backOffMax)
            }
        }
    }

    /// One step: true if there may be more to do at once.
    private func turn() async throws -> Bool {
        guard try await holdLease() else { return false }
        try await checkCluster()
        let republished = requestsAreDue() ? try await publishRequests() : false
        let published = try await publishNextPage()
        return republished || published
    }

    /// In every turn; while there is a backlog to publish, as often as an idle relay looks.
    private func requestsAreDue() -> Bool {
        guard isBehind, ContinuousClock.now - requestsReadAt < limits.pollInterval else {
            requestsReadAt = .now
            return true
        }
        return false
    }

    /// A broker that is another cluster than the cursor's knows nothing: publish everything again, what
    /// somebody waits for first.
    private func checkCluster() async throws {
        guard ContinuousClock.now - clusterCheckedAt >= limits.clusterCheckInterval || lease?.cursor.clusterID == ""
        else { return }
        let clusterID = try await publisher.clusterID()
        clusterCheckedAt = .now
        note(cluster: clusterID)
        guard let held = lease?.cursor, held.clusterID != clusterID else { return }
        if !held.clusterID.isEmpty {
            log.warning("relay.cluster.changed", ["from": .text(held.clusterID), "to": .text(clusterID)])
            meters.clusterChanges.increment()
            if let unfinished { try await store.request(unfinished) }
        }
        lease?.cursor = .beginning(clusterID: clusterID)
        try await save()
    }

    /// A development broker that was left in the place of a real one must not go unnoticed.
    private func note(cluster clusterID: String) {
        guard clusterID != notedCluster else { return }
        notedCluster = clusterID
        let isEmbedded = EmbeddedBroker.isEmbedded(clusterID: clusterID)
        meters.isEmbedded.set(isEmbedded ? 1 : 0)
        if isEmbedded { log.warning("relay.broker.embedded", ["cluster": .text(clusterID)]) }
    }

    /// While the broker writes a page the next one is read; only one at a time is with the broker, and the cursor never
    /// moves past one that it has not acknowledged.
    private func publishNextPage() async throws -> Bool {
        guard var lease else { return false }
        if lease.cursor.to == nil {
            let pin = try await store.pin(after: lease.cursor)
            lease.cursor.begin(to: pin.snapshot, lowest: pin.lowest, incarnation: lease.incarnation)
            try keep(lease)
        }
        guard let to = lease.cursor.to else { return false }
        let page = try await nextPage(lease, to: to)
        lease.cursor.acknowledge(
            lastNumber: page.last?.number, wasLast: page.count < Int(limits.pageEventsMax),
            incarnation: lease.incarnation)
        isBehind = lease.cursor.to != nil
        if isBehind { readAhead(behind: lease, to: to) }
        try await publish(page)
        try keep(lease)
        try await save()
        meters.published(page)
        return true
    }

    private func nextPage(_ lease: RelayStore.Lease, to: Snapshot) async throws -> [LoggedEvent] {
        let begun = readAhead
        readAhead = nil
        if let page = try await begun?.page(behind: lease) { return page }
        return try await store.page(of: lease, to: to, limit: limits.pageEventsMax)
    }

    private func readAhead(behind lease: RelayStore.Lease, to: Snapshot) {
        readAhead = ReadAhead(
            behind: lease, Task { try await store.page(of: lease, to: to, limit: limits.pageEventsMax) })
    }

    /// Throws unless the broker has acknowledged every one.
    func publish(_ events: [LoggedEvent]) async throws {
        try await publish(events.map(\.record))
    }

    /// Only in the lease's window: a process that stood still between reading and here renews first, which fails if
    /// another one publishes now; one that stands still later finds the producer refusing what is late.
    ///
    /// What cannot be recalled: records that librdkafka was given before the stop (a page at most) are sent by its own
    /// threads, and those may run on before the keeper's throw them away (`KafkaProducer.abandon`). They are records
    /// that the log holds, with the same bytes and sequence: consumers drop them as repetitions.
    func publish(_ records: [KafkaRecord]) async throws {
        guard !records.isEmpty else { return }
        let deadline = try await openWindow().end
        sendBegunAt = .now
        defer { sendBegunAt = nil }
        for result in await publisher.send(records, before: deadline) { _ = try result.get() }
    }
}
