import Kafka
import Reactor
import TestSupport
import Testing

/// A test's broker, loop, clients, and what these have told.
struct KafkaWorld {
    let broker: TestBroker
    let loop: EventLoop
    let told = Told()
    private let clients = Lock<[any Closable]>([])

    private init(_ broker: TestBroker) throws {
        self.broker = broker
        loop = try EventLoop.spawn(name: "kafka-test")
    }

    /// Closes the clients when the test is done.
    static func with(_ broker: TestBroker, _ body: (KafkaWorld) async throws -> Void) async throws {
        let world = try KafkaWorld(broker)
        let result: Result<Void, any Error>
        do { result = .success(try await body(world)) } catch { result = .failure(error) }
        for client in world.clients.withLock({ $0 }) { await client.close(within: .seconds(5)) }
        world.loop.stop()
        try result.get()
    }

    func producer(_ configuration: KafkaConfiguration? = nil) throws -> KafkaProducer {
        let producer = try KafkaProducer(
            configuration ?? broker.configuration, on: loop, events: { [told] in told.note($0) })
        clients.withLock { $0.append(producer) }
        return producer
    }

    /// Joining an embedded broker's group again takes the session timeout less one second; Apache Kafka allows
    /// none below 6 s.
    var quickOptions: KafkaConsumerOptions {
        var options = KafkaConsumerOptions()
        if broker.embedded != nil { options.sessionTimeout = .seconds(4) }
        return options
    }

    func consumer(
        _ topics: [String], group: String = TestBroker.uniqueName("group"), options: KafkaConsumerOptions? = nil,
        _ configuration: KafkaConfiguration? = nil
    ) throws -> KafkaConsumer {
        let consumer = try KafkaConsumer(
            configuration ?? broker.configuration, group: group, topics: topics, on: loop,
            options: options ?? quickOptions,
            events: { [told] in told.note($0) })
        clients.withLock { $0.append(consumer) }
        return consumer
    }

    /// Sends and expects every record to be acknowledged.
    @discardableResult
    func send(_ records: [KafkaRecord], with producer: KafkaProducer) async throws -> [KafkaPosition] {
        try await producer.send(records).map { try $0.get() }
    }

    /// Reads and commits until `count` records have come.
    func read(_ count: Int, from consumer: KafkaConsumer, closing: Bool = true) async throws -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        while records.count < count, let batch = try await consumer.next() {
            records += batch.records
            try await consumer.commit(batch)
        }
        #expect(records.count == count)
        if closing { await consumer.close(within: .seconds(10)) }
        return records
    }

    /// Waits until `holds`; the deadline only bounds a hang.
    func wait(
        until what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while ContinuousClock.now < deadline {
            if try await holds() { return }
            try await loop.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain until \(what); told: \(told.all)", sourceLocation: sourceLocation)
        throw WaitedInVain()
    }
}

private protocol Closable: Sendable {
    func close(within limit: Duration) async
}

extension KafkaProducer: Closable {}
extension KafkaConsumer: Closable {}

struct WaitedInVain: Error {}

/// The events of a test's clients, from any thread.
final class Told: Sendable {
    private let events = Lock<[KafkaEvent]>([])

    func note(_ event: KafkaEvent) { events.withLock { $0.append(event) } }
    var all: [KafkaEvent] { events.withLock { $0 } }
    func contains(_ matches: (KafkaEvent) -> Bool) -> Bool { all.contains(where: matches) }
}

func record(_ topic: String, key: String?, _ value: String) -> KafkaRecord {
    KafkaRecord(topic: topic, key: key.map { Array($0.utf8) }, value: Array(value.utf8))
}

extension KafkaRecord {
    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}
