import Reactor
import TestSupport
import Testing

@testable import Kafka

/// What happens when the broker does not do what it should. On an embedded broker of the test's own.
@Suite("Faults")
struct FaultTests {
    @Test("A broker that goes down and comes up loses nothing and keeps the order")
    func downAndUp() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            let topic = try await world.broker.createTopic("down.and.up", partitions: 2)
            let producer = try world.producer()
            let consumer = try world.consumer([topic])
            try await world.send((0..<50).map { record(topic, key: "k", "\($0)") }, with: producer)
            try broker.takeDown()
            let during = Task { await producer.send((50..<100).map { record(topic, key: "k", "\($0)") }) }
            try await world.wait(until: "the client notices") { world.told.contains { $0.isBrokersDown } }
            try broker.bringUp()
            #expect(await during.value.allSatisfy { (try? $0.get()) != nil })
            let received = try await world.read(100, from: consumer)
            #expect(received.map(\.text) == (0..<100).map { "\($0)" })
        }
    }

    @Test("A record that is refused fails alone")
    func refused() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, _ in
            let topic = try await world.broker.createTopic("refused", partitions: 1)
            let producer = try world.producer()
            var sent = (0..<3).map { record(topic, key: "k", "\($0)") }
            sent[1].value = [UInt8](repeating: 0, count: 2 << 20)
            let results = await producer.send(sent)
            #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
            guard case .failure(let error) = results[1] else { return }
            #expect(error.name == "MSG_SIZE_TOO_LARGE")
            #expect(!error.isRetriable)
            #expect(error.description.contains("producing to \(topic) failed"))
            #expect(await producer.send([]).isEmpty)
        }
    }

    @Test("A fatal error fails what is pending, retriably, and the producer goes on with a new client")
    func fatal() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            let topic = try await world.broker.createTopic("fatal", partitions: 1)
            let producer = try world.producer()
            try await world.send([record(topic, key: "k", "first")], with: producer)
            // A sequence that the broker refuses although it is the next one cannot be mended.
            try broker.fail(.produce, with: [.outOfOrderSequence])
            let results = await producer.send((0..<20).map { record(topic, key: "k", "\($0)") })
            for result in results {
                guard case .failure(let error) = result else { continue }
                #expect(error.isFatal)
                #expect(error.isRetriable)
            }
            #expect(results.contains { (try? $0.get()) == nil })
            #expect(world.told.contains { if case .renewed(let why) = $0 { why.isFatal } else { false } })
            try await world.send([record(topic, key: "k", "after")], with: producer)
        }
    }

    @Test("What is sent too late does not go out, and neither does what was given up")
    func late() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            let topic = try await world.broker.createTopic("late", partitions: 1)
            let producer = try world.producer()
            try await world.send([record(topic, key: "k", "before")], with: producer)
            let late = await producer.send([record(topic, key: "k", "late")], before: .now - .milliseconds(1))
            #expect(late == [.failure(.late)])

            try broker.takeDown()
            try await world.wait(until: "the client notices") { world.told.contains { $0.isBrokersDown } }
            let pending = Task { await producer.send((0..<3).map { record(topic, key: "k", "given up \($0)") }) }
            try await world.wait(until: "the records wait") { await producer.pending == 3 }
            await producer.abandon()
            #expect(await pending.value == Array(repeating: .failure(.abandoned), count: 3))
            try broker.bringUp()

            let inTime = [record(topic, key: "k", "in time")]
            let sent = await producer.send(inTime, before: .now + .seconds(3_600))
            #expect(sent.allSatisfy { (try? $0.get()) != nil })
            #expect(try await world.read(2, from: world.consumer([topic])).map(\.text) == ["before", "in time"])
        }
    }

    @Test("Closing is done within its limit, and what is unanswered fails", .timeLimit(.minutes(15)))
    func closing() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            let topic = try await world.broker.createTopic("closing", partitions: 1)
            let producer = try world.producer()
            let consumer = try world.consumer([topic])
            try await world.send([record(topic, key: "k", "answered")], with: producer)
            let held = try #require(try await consumer.next())
            try broker.takeDown()
            let pending = Task { await producer.send([record(topic, key: "k", "unanswered")]) }
            try await world.wait(until: "the client notices") { world.told.contains { $0.isBrokersDown } }
            await producer.close(within: .milliseconds(300))
            let results = await pending.value
            #expect(results.count == 1)
            #expect(throws: KafkaError.self) { try results[0].get() }
            #expect(await producer.send([record(topic, key: "k", "late")]).count == 1)
            await consumer.close(within: .milliseconds(300))
            #expect(try await consumer.next() == nil)
            await #expect(throws: KafkaError.self) { try await consumer.commit(held) }
        }
    }

    @Test("Closing waits for the batch in hand")
    func closingWaits() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, _ in
            let topic = try await world.broker.createTopic("closing.waits", partitions: 1)
            let group = TestBroker.uniqueName("group")
            let producer = try world.producer()
            let consumer = try world.consumer([topic], group: group)
            try await world.send([record(topic, key: "k", "first")], with: producer)
            let held = try #require(try await consumer.next())
            let closing = Task { await consumer.close(within: .seconds(20)) }
            try await world.loop.sleep(for: .milliseconds(50))
            try await consumer.commit(held)
            await closing.value
            try await world.send([record(topic, key: "k", "second")], with: producer)
            #expect(try await world.read(1, from: world.consumer([topic], group: group)).map(\.text) == ["second"])
        }
    }

    @Test("A batch that is held too long is lost to its holder and comes again")
    func heldTooLong() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, _ in
            let topic = try await world.broker.createTopic("held", partitions: 1)
            let producer = try world.producer()
            var options = world.quickOptions
            options.batchHoldMax = options.sessionTimeout  // the least that there is
            let consumer = try world.consumer([topic], options: options)
            try await world.send([record(topic, key: "k", "held")], with: producer)
            let held = try #require(try await consumer.next())
            try await world.wait(until: "the group goes on without it") {
                world.told.contains { if case .failure(let why) = $0 { why.kind == .batchLost } else { false } }
            }
            let error = await #expect(throws: KafkaError.self) { try await consumer.commit(held) }
            #expect(error?.kind == .batchLost)
            #expect(try await world.read(1, from: consumer).map(\.text) == ["held"])
        }
    }

    @Test("Offsets that begin above 0 are told")
    func lostRecords() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, _ in
            let topic = try await world.broker.createTopic("lost", partitions: 1)
            let producer = try world.producer()
            // The embedded broker keeps 5 MiB a partition.
            for _ in 0..<12 {
                let big = KafkaRecord(topic: topic, key: nil, value: [UInt8](repeating: 1, count: 900_000))
                try await world.send([big], with: producer)
            }
            let consumer = try world.consumer([topic])
            let batch = try #require(try await consumer.next())
            let assignment = try #require(try await consumer.assignment().first)
            #expect(assignment.low > 0)
            #expect(assignment.low == batch.stretches.first?.firstOffset)
            #expect(assignment.hasLostRecords)
            await consumer.abandon(batch)
        }
    }
}

extension KafkaWorld {
    static func with(
        ownBroker brokers: Int, _ body: (KafkaWorld, EmbeddedBroker) async throws -> Void
    ) async throws {
        let broker = try TestBroker.own(brokers: brokers)
        let embedded = try #require(broker.embedded)
        defer { embedded.stop() }
        try await with(broker) { world in try await body(world, embedded) }
    }
}

extension KafkaEvent {
    var isBrokersDown: Bool { if case .brokersDown = self { true } else { false } }
}
