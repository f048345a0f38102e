import Kafka
import Reactor
import TestSupport
import Testing

@Suite("Every broker: groups")
struct GroupConformanceTests {
    @Test(
        "A group goes on behind what it committed; what it did not commit comes again",
        arguments: TestBroker.Kind.available)
    func resume(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("resume", partitions: 2)
            let group = TestBroker.uniqueName("group")
            let producer = try world.producer()
            let sent = (0..<40).map { record(topic, key: "\($0 % 4)", "\($0)") }
            try await world.send(sent, with: producer)
            var options = world.quickOptions
            options.batchRecordsMax = 10

            let first = try world.consumer([topic], group: group, options: options)
            let done = try #require(try await first.next())
            try await first.commit(done)
            let undone = try #require(try await first.next())
            await first.abandon(undone)
            await first.close(within: .seconds(10))

            let second = try world.consumer([topic], group: group, options: options)
            let rest = try await world.read(sent.count - done.records.count, from: second)
            #expect(Set(rest.map(\.text)) == Set(sent.map(\.text)).subtracting(done.records.map(\.text)))
            #expect(Set(undone.records.map(\.text)).isSubset(of: rest.map(\.text)))
        }
    }

    @Test(
        "An abandoned batch comes again, whole and in order, before anything behind it",
        arguments: TestBroker.Kind.available)
    func abandon(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("abandon", partitions: 3)
            let producer = try world.producer()
            let sent = (0..<600).map { record(topic, key: "\($0 % 9)", "\($0)") }
            try await world.send(sent, with: producer)
            var options = world.quickOptions
            options.batchRecordsMax = 37
            let consumer = try world.consumer([topic], options: options)
            var next: [Int32: Int64] = [:]
            var turn = 0
            while next.values.reduce(0, +) < sent.count {
                let batch = try #require(try await consumer.next())
                for stretch in batch.stretches {
                    let expected = next[stretch.partition.partition] ?? 0
                    let offsets = batch.records[stretch.records].map(\.offset)
                    #expect(offsets == (expected..<expected + Int64(offsets.count)).map { $0 })
                }
                turn += 1
                if turn % 3 == 0 {
                    await consumer.abandon(batch)
                } else {
                    try await consumer.commit(batch)
                    for stretch in batch.stretches { next[stretch.partition.partition] = stretch.lastOffset + 1 }
                }
            }
            await consumer.close(within: .seconds(10))
        }
    }

    @Test(
        "A rebalance waits for the batch in hand: nothing is skipped, nothing committed comes twice",
        arguments: TestBroker.Kind.available)
    func rebalance(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("rebalance", partitions: 6)
            let group = TestBroker.uniqueName("group")
            let producer = try world.producer()
            var sent = (0..<300).map { record(topic, key: "\($0 % 60)", "\($0)") }
            try await world.send(sent, with: producer)
            var options = world.quickOptions
            options.batchRecordsMax = 50
            // The embedded broker goes on without a member that has not come back within this less one second.
            if world.broker.embedded != nil { options.sessionTimeout = .seconds(12) }

            let log = Log()
            let first = try world.consumer([topic], group: group, options: options)
            let held = try #require(try await first.next())
            // The second member makes the group rebalance while the first one has a batch in hand.
            let second = try world.consumer([topic], group: group, options: options)
            let secondReader = Task { try await consume(second, log) }
            try await world.loop.sleep(for: .milliseconds(300))
            #expect(log.texts.isEmpty)
            try await commit(held, of: first, log)
            let firstReader = Task { try await consume(first, log) }
            // Both read until each has its half.
            try await world.wait(until: "the group has given each its half") {
                let more = (0..<20).map { record(topic, key: "\($0)", "\(sent.count + $0)") }
                sent += more
                try await world.send(more, with: producer)
                return world.told.all.count { if case .assigned(let part) = $0 { part.count == 3 } else { false } } >= 2
            }
            try await world.wait(until: "everything is read") { Set(log.texts).count == sent.count }
            await first.close(within: .seconds(10))
            await second.close(within: .seconds(10))
            try await firstReader.value
            try await secondReader.value
            #expect(Set(log.texts) == Set(sent.map(\.text)))
            #expect(log.texts.count == sent.count)
            #expect(log.isInOrderByPartition)
        }
    }

    @Test(
        "An assignment tells what is committed and held; the lag falls to nothing", arguments: TestBroker.Kind.available
    )
    func knowing(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("knowing", partitions: 1)
            let producer = try world.producer()
            try await world.send((0..<30).map { record(topic, key: nil, "\($0)") }, with: producer)
            var options = world.quickOptions
            options.batchRecordsMax = 10
            let consumer = try world.consumer([topic], options: options)
            #expect(await consumer.lag().isEmpty)
            let batch = try #require(try await consumer.next())
            #expect(await consumer.lag().map(\.records) == [20])
            let before = try #require(try await consumer.assignment().first)
            #expect((before.committed, before.low, before.high) == (nil, 0, 30))
            #expect(!before.hasLostRecords)
            try await consumer.commit(batch)
            #expect(try await consumer.assignment().first?.committed == 10)
            _ = try await world.read(20, from: consumer, closing: false)
            #expect(await consumer.lag().map(\.records) == [0])
            await consumer.close(within: .seconds(10))
        }
    }

    @Test("Waiting ends when the task is cancelled, and the consumer goes on", arguments: TestBroker.Kind.available)
    func cancellation(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("cancellation", partitions: 1)
            let consumer = try world.consumer([topic])
            let waiting = Task { try await consumer.next() }
            try await world.loop.sleep(for: .milliseconds(20))
            waiting.cancel()
            #expect(try await waiting.value == nil)
            let producer = try world.producer()
            try await world.send([record(topic, key: nil, "later")], with: producer)
            #expect(try await world.read(1, from: consumer).map(\.text) == ["later"])
            #expect(try await consumer.next() == nil)
        }
    }
}

/// What several consumers have committed, in the order in which they did.
private final class Log: Sendable {
    private let records = Lock<[KafkaRecord]>([])
    func append(_ more: [KafkaRecord]) { records.withLock { $0 += more } }
    var texts: [String] { records.withLock { $0.map(\.text) } }
    var isInOrderByPartition: Bool {
        let byPartition = Dictionary(grouping: records.withLock { $0 }) { $0.partition }
        return byPartition.values.allSatisfy { $0.map { $0.offset ?? -1 } == (0..<Int64($0.count)).map { $0 } }
    }
}

/// Commits batch after batch until the consumer closes.
private func consume(_ consumer: KafkaConsumer, _ log: Log) async throws {
    while let batch = try await consumer.next() { try await commit(batch, of: consumer, log) }
}

private let notCommitted = ["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"]

/// The embedded broker takes no commit while the group rebalances (Apache Kafka does), and no broker takes one from a
/// member that came back too late: then the batch is not committed, and it must come again.
private func commit(_ batch: KafkaBatch, of consumer: KafkaConsumer, _ log: Log) async throws {
    do {
        try await consumer.commit(batch)
        log.append(batch.records)
    } catch {
        guard error.kind == .batchLost || notCommitted.contains(error.name ?? "") else { throw error }
    }
}
