public import FilmClubModel
internal import JSON
public import Kafka
public import Postgres
public import Reactor
public import ServiceShell

/// Brings messages from Kafka to a service's inbox: one consumer group a service.
///
/// It owns the order of the two commits, effects first and offsets after, so that offsets may lag and never lead.
/// It refuses nothing but what the inbox refuses: what cannot be applied is parked, what will pass is waited for.
public actor EventConsumer: ShellService {
    public nonisolated let name = "consumer"
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let service: ServiceName
    let topics: [String: Topic]
    let inbox: Inbox
    let positions: PositionStore
    let pool: PostgresPool
    private let kafka: KafkaConfiguration
    private let group: String
    private let options: KafkaConsumerOptions
    let publisher: any EventPublisher
    let limits: InboxLimits
    let log: Log
    let meters: InboxMeters
    /// Called after each commit that applied something: a handler may have written events of its own.
    let applied: @Sendable () -> Void

    /// The one that reads now, and which one in this process's life it is.
    var consumer: KafkaConsumer?
    var life = 0
    /// Compares the partitions that the group gave us last with what the database has; nil once that is done.
    var looking: Task<Void, any Error>?
    var lookHasFailed = false
    /// The cluster whose offsets are read, once that was looked at.
    var clusterRead: String?
    /// The client is new since the group gave out partitions: it begins where the group stands, whatever the cluster.
    var clientIsNew = false
    var closing: Task<Void, Never>?
    /// The group has given us what it had for us, be it nothing; false while it is deciding.
    var hasAssignment = false
    /// Since when every batch or connection has failed.
    private(set) var failingSince: ContinuousClock.Instant?
    var copiesInFlight = 0
    var patience: Patience

    var isStopping = false
    private let pause: WakeUp
    private let ended: WakeUp
    private var run: Task<Void, Never>?
    private var gaps: Task<Void, Never>?

    /// - Parameters:
    ///   - topics: what the service listens to; filmclub.republish.v1 is always read as well.
    ///   - group: the Kafka group, which is the service's name unless an operator begins anew under another one. The
    ///     inbox stays the service's: what had its effect has it once.
    ///   - publisher: takes copies of dead letters.
    ///   - applied: called on the loop after effects were committed, for instance to wake the relay.
    public init(
        pool: PostgresPool, kafka: KafkaConfiguration, service: ServiceName, topics: [Topic],
        group: String? = nil, handler: any EventHandler, publisher: any EventPublisher,
        applied: @escaping @Sendable () -> Void, limits: InboxLimits = InboxLimits(),
        options: KafkaConsumerOptions = .house, tracer: Tracer = .off, on loop: EventLoop, log: Log, metrics: Metrics
    ) {
        self.pool = pool
        self.kafka = kafka
        self.service = service
        self.group = group ?? service.text
        positions = PositionStore(group: group ?? service.text)
        self.topics = Dictionary(
            (topics + [.republish]).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.publisher = publisher
        self.applied = applied
        self.limits = limits
        patience = Patience(limits)
        self.options = options
        self.loop = loop
        self.log = log
        meters = InboxMeters(metrics)
        inbox = Inbox(
            store: InboxStore(consumer: service.text), pool: pool, handler: handler, limits: limits,
            tracer: tracer, loop: loop)
        pause = WakeUp(loop: loop)
        ended = WakeUp(loop: loop)
    }

    /// Returns at once: a broker that is away must not keep a service from serving.
    public func start() async throws {
        run = Task {
            await self.consume()
            self.ended.signal()
        }
        gaps = Task { await self.askForGaps() }
    }

    /// Finishes the batch in hand, commits, leaves the group. A batch that takes longer than most of `limit` is cut
    /// short, and comes again.
    public func stop(within limit: Duration) async {
        guard let run, !isStopping else { return }
        isStopping = true
        gaps?.cancel()
        pause.signal()
        await consumer?.close(within: limit / 2)
        run.cancel()
        await ended.wait(atMost: limit / 4)
    }

    // MARK: - Consuming

    private func consume() async {
        var backOff = limits.backOffMin
        while !isStopping {
            do {
                let consumer = try await open()
                try await read(from: consumer)
                backOff = limits.backOffMin
            } catch {
                fail(error)
            }
            await close()
            guard !isStopping else { return }
            await pause.wait(atMost: backOff)
            backOff = min(backOff * 2, limits.backOffMax)
        }
    }

    /// Waits for the topics to exist: a subscription to a missing one would make the embedded broker invent it.
    private func open() async throws -> KafkaConsumer {
        let present = Set(try await KafkaAdmin(kafka).topics(within: limits.topicsWaitMax).map(\.name))
        let missing = Set(topics.keys).subtracting(present)
        guard missing.isEmpty else { throw TopicsMissing(names: missing.sorted()) }
        guard !isStopping else { throw CancellationError() }
        life += 1
        let consumer = try KafkaConsumer(
            kafka, group: group, topics: topics.keys.sorted(), on: loop, options: options,
            events: { [weak self, log, life] event in
                log.kafka(event)
                self?.assumeIsolated { $0.hear(event, life: life) }
            })
        self.consumer = consumer
        failingSince = nil
        clientIsNew = true
        return consumer
    }

    /// One life of a Kafka consumer: until it is closed. What will pass (a database that is away) does not end it: to
    /// leave the group and to join it again takes seconds, in which nobody reads our partitions.
    private func read(from consumer: KafkaConsumer) async throws {
        var backOff = limits.backOffMin
        while let batch = try await consumer.next() {
            do {
                try await process(batch)
                try await finishLooking(consumer)
            } catch {
                await consumer.abandon(batch)
                fail(error)
                guard !isStopping else { return }
                await pause.wait(atMost: backOff)
                backOff = min(backOff * 2, limits.backOffMax)
                continue
            }
            backOff = limits.backOffMin
            failingSince = nil
            // The offsets of one cluster mean nothing to another.
            guard closing == nil else { return await consumer.abandon(batch) }
            do {
                try await consumer.commit(batch)
            } catch {
                note(commitFailure: error)
                continue
            }
            await note(batch)
        }
    }

    /// The effects are committed; the records may come again, and are dropped then. A rebalance that comes between is
    /// nobody's fault.
    private func note(commitFailure error: KafkaError) {
        let isOrdinary =
            error.kind == .batchLost || error.name == "REBALANCE_IN_PROGRESS" || error.name == "ILLEGAL_GENERATION"
        let fields: LogFields = [.error: .error(error)]
        isOrdinary ? log.info("consumer.commit.overtaken", fields) : log.warning("consumer.commit.failed", fields)
    }

    private func close() async {
        await closing?.value
        closing = nil
        looking = nil
        lookHasFailed = false
        clusterRead = nil
        hasAssignment = false
        let ended = consumer
        consumer = nil
        await ended?.close(within: limits.backOffMax)
    }

    private func fail(_ error: any Error) {
        guard !isStopping || !(error is CancellationError) else { return }
        failingSince = failingSince ?? .now
        log.warning("consumer.failed", [.error: .error(error)])
        meters.failures.increment()
    }

    // MARK: - Gaps

    private func askForGaps() async {
        while (try? await loop.sleep(for: limits.gapInterval)) != nil {
            lookAgainIfFailed()
            do {
                let asked = try await pool.query(
                    inbox.store.askForGaps(olderThan: limits.gapSeconds, pauseMax: limits.gapPauseSecondsMax))
                guard asked.count > 0 else { continue }
                meters.gapsAsked.increment(by: asked.count)
                for gap in asked { try note(gap) }
                applied()
            } catch {
                if !isStopping { log.warning("inbox.gaps.failed", [.error: .error(error)]) }
            }
        }
    }

    /// The first questions are everyday life; a gap that outlasts them is something for a person.
    private func note(_ gap: Row) throws {
        let asks = try gap.get("asks", as: Int32.self)
        let fields: LogFields = [
            "topic": .text(try gap.get("topic")), "key": .text(try gap.get("key")),
            "sequence": .integer(try gap.get("sequence")), "asks": .integer(Int64(asks)),
        ]
        if asks > limits.gapAsksQuiet {
            log.warning("inbox.gap.persists", fields)
        } else {
            log.info("inbox.gap", fields)
        }
    }
}

extension KafkaConsumerOptions {
    /// What our consumers use. Apache Kafka answers a fetch as soon as there is a record, whatever the wait; the embedded
    /// broker looks again only when the wait is over, so that there half of it is the delay of a delivery.
    ///
    /// Measured, median delivery and an idle consumer's share of a core, embedded (its broker included) and Apache 4.2:
    /// 2 ms: 2.5 ms 7.7 %, 2.2 ms 3.5 %; 10 ms: 6.1 ms 3.1 %, 2.3 ms 2.0 %; 50 ms: 25 ms 1.3 %, 2.1 ms 0.5 %.
    public static var house: KafkaConsumerOptions {
        var options = KafkaConsumerOptions()
        options.fetchWaitMax = .milliseconds(10)
        return options
    }
}

/// The broker has not got all the topics that a consumer reads.
struct TopicsMissing: Error, CustomStringConvertible {
    let names: [String]
    var description: String { "The broker has no topic \(names.joined(separator: ", "))." }
}
