import Kafka
import Reactor
import Synchronization
import TestSupport
import Testing

/// A test's broker, loop, and what its clients have told.
struct KafkaWorld {
    let broker: TestBroker
    let loop: EventLoop
    let told = Told()

    init(_ broker: TestBroker) throws {
        self.broker = broker
        loop = try EventLoop.spawn(name: "kafka-test")
    }

    func producer(_ configuration: KafkaConfiguration? = nil) throws -> KafkaProducer {
        try KafkaProducer(configuration ?? broker.configuration, on: loop, events: { [told] in told.note($0) })
    }

    func consumer(
        _ topics: [String], group: String = TestBroker.uniqueName("group"),
        options: KafkaConsumerOptions = KafkaConsumerOptions(), _ configuration: KafkaConfiguration? = nil
    ) throws -> KafkaConsumer {
        try KafkaConsumer(
            configuration ?? broker.configuration, group: group, topics: topics, on: loop, options: options,
            events: { [told] in told.note($0) })
    }

    /// Sends and expects every record to be acknowledged.
    @discardableResult
    func send(_ records: [KafkaRecord], with producer: KafkaProducer) async throws -> [KafkaPosition] {
        try await producer.send(records).map { try $0.get() }
    }

    /// Waits until `holds`, at most 30 s.
    func wait(
        until what: String, _ holds: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<3_000 {
            if try await holds() { return }
            try await loop.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain until \(what); told: \(told.all)", sourceLocation: sourceLocation)
        throw WaitedInVain()
    }
}

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
