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

    private let service: ServiceName
    private let topics: [String: Topic]
    private let inbox: Inbox
    private let pool: PostgresPool
    private let kafka: KafkaConfiguration
    private let options: KafkaConsumerOptions
    private let publisher: any EventPublisher
    private let limits: InboxLimits
    private let log: Log
    private let meters: InboxMeters
    /// Called after each commit that applied something: a handler may have written events of its own.
    private let applied: @Sendable () -> Void

    private var consumer: KafkaConsumer?
    private var checkedAssignment: Int?
    private var tasks: [Task<Void, Never>] = []

    /// - Parameters:
    ///   - topics: what the service listens to; filmclub.republish.v1 is always read as well.
    ///   - publisher: takes copies of dead letters.
    ///   - applied: called on the loop after effects were committed, for instance to wake the relay.
    public init(
        pool: PostgresPool, kafka: KafkaConfiguration, service: ServiceName, topics: [Topic],
        handler: any EventHandler, publisher: any EventPublisher, applied: @escaping @Sendable () -> Void,
        limits: InboxLimits = InboxLimits(), options: KafkaConsumerOptions = KafkaConsumerOptions(),
        on loop: EventLoop, log: Log, metrics: Metrics
    ) {
        self.pool = pool
        self.kafka = kafka
        self.service = service
        self.topics = Dictionary(
            (topics + [.republish]).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.publisher = publisher
        self.applied = applied
        self.limits = limits
        self.options = options
        self.loop = loop
        self.log = log
        meters = InboxMeters(metrics)
        inbox = Inbox(
            store: InboxStore(consumer: service.text), pool: pool, handler: handler, limits: limits, loop: loop)
    }

    /// Returns at once: a broker that is away must not keep a service from serving.
    public func start() async throws {
        tasks = [Task { await self.consume() }, Task { await self.askForGaps() }]
    }

    public func stop(within limit: Duration) async {
        for task in tasks { task.cancel() }
        await consumer?.close(within: limit)
        for task in tasks { await task.value }
        tasks = []
    }

    // MARK: - Consuming

    private func consume() async {
        var backOff = limits.backOffMin
        while !Task.isCancelled {
            do {
                try await consumeUntilClosed { backOff = self.limits.backOffMin }
            } catch {
                log.warning("consumer.failed", [.error: .error(error)])
                meters.failures.increment()
            }
            guard !Task.isCancelled, (try? await loop.sleep(for: backOff)) != nil else { return }
            backOff = min(backOff * 2, limits.backOffMax)
        }
    }

    /// One life of a Kafka consumer: until it is closed, or the topics' cluster was replaced by another.
    private func consumeUntilClosed(_ succeeded: () -> Void) async throws {
        let consumer = try await openConsumer()
        self.consumer = consumer
        checkedAssignment = nil
        let cluster = try await consumer.clusterID()
        do {
            while let batch = try await consumer.next() {
                try await take(batch, from: consumer)
                succeeded()
                guard try await consumer.clusterID() == cluster else { break }
            }
        } catch {
            await consumer.close(within: limits.backOffMax)
            throw error
        }
        await consumer.close(within: limits.backOffMax)
    }

    /// Waits for the topics to exist: a subscription to a missing one would make the embedded broker invent it.
    private func openConsumer() async throws -> KafkaConsumer {
        let present = Set(try await KafkaAdmin(kafka).topics().map(\.name))
        let missing = Set(topics.keys).subtracting(present)
        guard missing.isEmpty else { throw TopicsMissing(names: missing.sorted()) }
        return try KafkaConsumer(
            kafka, group: service.text, topics: topics.keys.sorted(), on: loop, options: options,
            events: { [log] in log.kafka($0) })
    }

    private func take(_ batch: KafkaBatch, from consumer: KafkaConsumer) async throws {
        do {
            if checkedAssignment != batch.assignment {
                try await begin(try await consumer.assignment())
                checkedAssignment = batch.assignment
            }
            try await process(batch)
        } catch {
            await consumer.abandon(batch)
            throw error
        }
        do {
            try await consumer.commit(batch)
        } catch {
            // The effects are committed; the records may come again, and are dropped then.
            log.warning("consumer.commit.failed", [.error: .error(error)])
        }
    }

    private func process(_ batch: KafkaBatch) async throws {
        var messages: [InboxMessage] = []
        for record in batch.records {
            guard let topic = topics[record.topic] else { continue }
            if topic == .republish {
                try await accept(record)
            } else {
                messages.append(InboxMessage(record, topic: topic))
            }
        }
        let report = try await inbox.process(messages)
        meters.count(report)
        if report.applied > 0 { applied() }
        for letter in report.deadLetters {
            log.error(
                "inbox.parked",
                [
                    "reason": .text(letter.reason.rawValue), "detail": .text(letter.detail),
                    "origin": .text(letter.origin),
                ])
        }
        await copy(report.deadLetters)
    }

    /// Copies for whoever watches the topics; the table is the truth, so a lost copy is only logged.
    private func copy(_ letters: [ParkedMessage]) async {
        guard !letters.isEmpty else { return }
        for result in await publisher.send(letters.map { $0.deadLetter(consumer: service.text) }) {
            if case .failure(let error) = result { log.warning("inbox.copy.failed", [.error: .error(error)]) }
        }
    }

    /// Somebody asks for events of ours again. A request that cannot be read is no loss: it is repeated.
    private func accept(_ record: KafkaRecord) async throws {
        guard let body = record.value, let request = try? JSON.decode(RepublishRequested.self, from: body),
            let topic = Topic.named(request.topic), topic.owner == service
        else { return }
        _ = try await pool.query(
            EventLog.requestRepublish([(topic: topic, key: request.topicKey ?? EventLog.everyKey)]))
        applied()
    }

    private func begin(_ assignment: [KafkaAssignment]) async throws {
        var cut: [Topic: Bool] = [:]
        for partition in assignment {
            guard let topic = topics[partition.partition.topic], topic != .republish else { continue }
            cut[topic] = cut[topic] ?? false || partition.hasLostRecords
        }
        guard !cut.isEmpty else { return }
        _ = try await pool.query(inbox.store.begin(cut.map { (topic: $0.key, isCut: $0.value) }))
    }

    // MARK: - Gaps

    private func askForGaps() async {
        while (try? await loop.sleep(for: limits.gapInterval)) != nil {
            do {
                let asked = try await pool.query(inbox.store.askForGaps(olderThan: limits.gapSeconds)).affected
                if asked > 0 {
                    meters.gapsAsked.increment(by: asked)
                    applied()
                }
            } catch {
                log.warning("inbox.gaps.failed", [.error: .error(error)])
            }
        }
    }
}

/// The broker has not got all the topics that a consumer reads; `filmclub topics` creates them.
struct TopicsMissing: Error, CustomStringConvertible {
    let names: [String]
    var description: String { "The broker has no topic \(names.joined(separator: ", "))." }
}
