import Kafka
import Reactor
import TestSupport
import Testing

@Suite("Storm")
struct StormTests {
    @Test("Through lost connections and failed requests each key's first occurrences rise without a gap")
    func storm() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            let topic = try await world.broker.createTopic("storm", partitions: 4)
            let producer = try world.producer()
            var options = world.quickOptions
            options.batchRecordsMax = 40
            options.commitWaitMax = .milliseconds(200)
            let consumer = try world.consumer([topic], options: options)
            let sequences = Sequences(keys: 8, each: 120)
            let writer = Task {
                try await write(sequences, to: topic, with: producer, through: Storm(broker, world.loop, seed))
            }
            try await read(sequences, from: consumer, seed)
            try await writer.value
            #expect(sequences.gaps.isEmpty, "seed \(seed)")
        }
    }

    /// As the relay does: a page is sent again from its first failure on, until all of it is acknowledged.
    private func write(
        _ sequences: Sequences, to topic: String, with producer: KafkaProducer, through storm: Storm
    ) async throws {
        var storm = storm
        for first in stride(from: 1, through: sequences.each, by: 10) {
            var page = (first..<min(first + 10, sequences.each + 1)).flatMap { number in
                (0..<sequences.keys).map { record(topic, key: "\($0)", "\(number)") }
            }
            try storm.blow()
            while !page.isEmpty {
                let results = await producer.send(page)
                page.removeFirst(results.prefix { if case .success = $0 { true } else { false } }.count)
            }
        }
    }

    private func read(_ sequences: Sequences, from consumer: KafkaConsumer, _ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        while !sequences.isComplete {
            guard let batch = try await consumer.next() else { return }
            if random.next() % 4 == 0 {
                await consumer.abandon(batch)
                continue
            }
            for record in batch.records { sequences.note(record) }
            do {
                try await consumer.commit(batch)
            } catch {
                // The effects are done; the offsets follow with a later commit, or the records come again.
                #expect(error.kind != .misuse)
            }
        }
    }
}

/// One fault at a time, for what is on its way next.
///
/// Not an out-of-order sequence, which ends the client (FaultTests): a broker that answers so refuses everything
/// behind it too, and the embedded one would take it.
private struct Storm {
    private let broker: EmbeddedBroker
    private let loop: EventLoop
    private var random: SeededRandom

    init(_ broker: EmbeddedBroker, _ loop: EventLoop, _ seed: UInt64) {
        self.broker = broker
        self.loop = loop
        random = SeededRandom(seed: ~seed)
    }

    mutating func blow() throws {
        switch random.next() % 7 {
        case 0: try broker.fail(.fetch, with: [.notLeader])
        case 1: try broker.fail(.fetch, with: [.disconnect])
        case 2: try broker.fail(.offsetCommit, with: [.coordinatorNotAvailable])
        case 3: try broker.fail(.produce, with: [.requestTimedOut])
        case 4: try broker.fail(.produce, with: [.disconnect, .notLeader])
        case 5: try broker.fail(.produce, with: [.notLeader])
        default:
            try broker.takeDown()
            let pause = Duration.milliseconds(Int(random.next() % 100))
            Task { [broker, loop] in
                try await loop.sleep(for: pause)
                try broker.bringUp()
            }
        }
    }
}

/// What a reader has seen of keys that are each numbered 1, 2, 3…
private final class Sequences: Sendable {
    let keys: Int
    let each: Int
    private let state: Lock<(last: [String: Int], gaps: [String], offsets: [Int32: Int64])>

    init(keys: Int, each: Int) {
        self.keys = keys
        self.each = each
        state = Lock(([:], [], [:]))
    }

    func note(_ record: KafkaRecord) {
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        guard let number = Int(record.text) else { return }
        state.withLock { state in
            let last = state.last[key] ?? 0
            let place = "offset \(record.offset ?? -1), behind \(state.offsets[record.partition ?? -1] ?? -1)"
            if number > last + 1 { state.gaps.append("key \(key): \(number) after \(last) at \(place)") }
            state.offsets[record.partition ?? -1] = record.offset
            state.last[key] = max(last, number)
        }
    }

    var isComplete: Bool {
        state.withLock { state in !state.gaps.isEmpty || state.last.values.count { $0 == each } == keys }
    }
    var gaps: [String] { state.withLock { $0.gaps } }
}
