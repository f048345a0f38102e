import FilmClubModel
import FoundationEssentials
import Kafka
import Postgres
import Reactor
import ServiceShell
import TestSupport
import Testing

@testable import Messaging

/// Two services on one broker, each with its database: checkout, which says what happens to orders, and streaming,
/// which hears it.
struct ServiceLine {
    let checkout: Party
    let streaming: Party
    let effects: Effects
    /// The end of every key.
    let run: String

    static func with(_ kafka: KafkaConfiguration, _ body: (ServiceLine) async throws -> Void) async throws {
        try await TestDatabase.with { checkout in
            try await TestDatabase.with { streaming in
                let line = try await ServiceLine(checkout, streaming, kafka)
                do {
                    try await body(line)
                } catch {
                    await line.stop()
                    throw error
                }
                await line.stop()
            }
        }
    }

    private init(_ checkout: TestDatabase, _ streaming: TestDatabase, _ kafka: KafkaConfiguration) async throws {
        run = TestBroker.uniqueName("run")
        effects = Effects(run: run, loop: streaming.loop)
        self.checkout = try await Party(.checkout, checkout, kafka)
        self.streaming = try await Party(.streamingEntitlement, streaming, kafka)
        _ = try await self.streaming.pool.query(
            "CREATE TABLE effect (number bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, sequence bigint NOT NULL)"
        )
    }

    private func stop() async {
        for party in [streaming, checkout] { await party.stop() }
    }

    func key(_ name: String) -> String { "\(name)-\(run)" }

    /// Appends an event of an order to checkout's log.
    func append(_ name: String, _ sequence: Int64) async throws {
        _ = try await checkout.pool.query(RelayWorld.insert(key: key(name), sequence))
        checkout.relay.wake()
    }

    /// The sequences that took effect under a key, in order.
    func effects(of name: String) async throws -> [Int64] {
        try await streaming.pool.query("SELECT sequence FROM effect WHERE key = \(key(name)) ORDER BY number").map {
            try $0.get("sequence")
        }
    }

    /// Waits until `sequences` took effect, and fails at once if one of them did twice.
    func waitForEffects(
        of name: String, _ sequences: [Int64], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var found = try await effects(of: name)
        let deadline = ContinuousClock.now + .seconds(180)
        while found.count < sequences.count, ContinuousClock.now < deadline {
            try await streaming.loop.sleep(for: .milliseconds(10))
            found = try await effects(of: name)
        }
        #expect(found == sequences, "effects of \(name)", sourceLocation: sourceLocation)
    }

    func wait(
        until what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while try await !holds() {
            guard ContinuousClock.now < deadline else {
                Issue.record("waited in vain until \(what)", sourceLocation: sourceLocation)
                return
            }
            try await streaming.loop.sleep(for: .milliseconds(10))
        }
    }
}

/// One service's share of messaging: what `ServiceFoundation` makes of a process's settings.
final class Party: Sendable {
    let pool: PostgresPool
    let producer: KafkaProducer
    let relay: Relay
    let loop: EventLoop
    let log = LogRecorder()
    private let service: ServiceName
    private let kafka: KafkaConfiguration
    private let consumers = Lock<[EventConsumer]>([])

    init(_ service: ServiceName, _ database: TestDatabase, _ kafka: KafkaConfiguration) async throws {
        self.service = service
        self.kafka = kafka
        loop = database.loop
        pool = database.pool()
        try await Migrations.apply([messagingMigrations], with: pool)
        producer = try KafkaProducer(kafka, on: loop)
        relay = Relay(
            pool: pool, publisher: producer, service: service, on: loop, log: Log(to: log), metrics: Metrics())
    }

    /// A consumer in a group that no other test has.
    func consumer(
        of topics: [Topic], group: String = TestBroker.uniqueName("group"), handler: Effects,
        options: KafkaConsumerOptions = .house
    ) -> EventConsumer {
        var limits = InboxLimits()
        limits.gapSeconds = 1
        limits.attemptsMax = 2
        limits.gapInterval = .milliseconds(100)
        let consumer = EventConsumer(
            pool: pool, kafka: kafka, service: service, topics: topics, group: group, handler: handler,
            publisher: producer, applied: { [relay] in relay.wake() }, limits: limits, options: options, on: loop,
            log: Log(to: log), metrics: Metrics())
        consumers.withLock { $0.append(consumer) }
        return consumer
    }

    func stop() async {
        for consumer in consumers.withLock({ $0 }) { await consumer.stop(within: .seconds(10)) }
        await relay.stop(within: .seconds(10))
        await producer.close(within: .seconds(1))
    }
}

/// What streaming does with an order's event: a row for each. Orders whose names begin in a certain way have trouble.
final class Effects: EventHandler {
    private let run: String
    private let loop: EventLoop
    private let stumbles = Lock(2)
    private let slow = Lock((entered: false, goesOn: false))

    init(run: String, loop: EventLoop) {
        self.run = run
        self.loop = loop
    }

    private struct Poisoned: Error {}

    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
        // An outside broker still holds the events of earlier runs.
        for event in events where event.envelope.subject.hasSuffix(run) {
            let key = event.envelope.subject
            _ = try await transaction.query(
                "INSERT INTO effect (key, sequence) VALUES (\(key), \(event.envelope.sequence))")
            if key.hasPrefix("poison") { throw Poisoned() }
            if key.hasPrefix("stumble") { try await stumble(transaction) }
            if key.hasPrefix("slow") { try await slowDown() }
        }
    }

    /// Twice the database says: not now.
    private func stumble(_ transaction: PostgresTransaction) async throws {
        let left = stumbles.withLock { left in
            left -= 1
            return left
        }
        guard left >= 0 else { return }
        _ = try await transaction.query("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
    }

    private func slowDown() async throws {
        slow.withLock { $0.entered = true }
        while !slow.withLock({ $0.goesOn }) { try await loop.sleep(for: .milliseconds(5)) }
        try Task.checkCancellation()
    }

    var isInTheMiddle: Bool { slow.withLock { $0.entered } }
    func goOn() { slow.withLock { $0.goesOn = true } }
}

/// A file that names a broker, for one test.
final class BootstrapFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: TestBroker.uniqueName("bootstrap")).path

    func name(_ broker: EmbeddedBroker) throws {
        try broker.bootstrapServers.write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension EmbeddedBroker {
    /// A broker of a test's own with all topics of the house.
    static func house() throws -> EmbeddedBroker {
        try EmbeddedBroker.start(topics: .house)
    }
}

extension [KafkaTopicSpec] {
    static var house: [KafkaTopicSpec] {
        Topic.allWithDeadLetters.map {
            KafkaTopicSpec(name: $0.name, partitions: Topic.partitions, settings: $0.configuration)
        }
    }
}
