import Reactor
import TestSupport
import Testing

@testable import Kafka

@Suite("A producer that is refused for good")
struct RenewalTests {
    @Test("The first renewal is immediate, each further one waits twice as long up to a bound, until one can write")
    func growing() {
        var pause = RenewalPause()
        #expect(pause.take(luck: 0) == .zero)
        var expected = RenewalPause.pauseMin
        for _ in 0..<20 {
            #expect(pause.take(luck: 0) == expected)
            expected = min(expected * 2, RenewalPause.pauseMax)
        }
        #expect(expected == RenewalPause.pauseMax)
        pause.acknowledged()
        #expect(pause.take(luck: 0) == .zero)
        #expect(pause.take(luck: 0) == RenewalPause.pauseMin)
    }

    @Test("Luck shortens a pause by half at the most")
    func jitter() {
        for luck in [0, 0.25, 0.5, 1] {
            var pause = RenewalPause()
            _ = pause.take(luck: luck)
            for base in [RenewalPause.pauseMin, RenewalPause.pauseMin * 2, RenewalPause.pauseMin * 4] {
                let taken = pause.take(luck: luck)
                #expect(taken <= base && taken >= base / 2)
            }
        }
    }

    @Test("A producer that gets no number is renewed with pauses, and sends what waited when it is let in")
    func refused() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            let topic = try await world.broker.createTopic("refused.for.good", partitions: 1)
            let refusals = 3
            try broker.fail(.initProducerID, with: Array(repeating: .clusterNotAuthorised, count: refusals))
            let producer = try world.producer()
            let sent = Task {
                // What is under way at a refusal fails; what comes in a pause waits.
                var results = await producer.send([record(topic, key: "k", "at last")])
                while (try? results[0].get()) == nil {
                    results = await producer.send([record(topic, key: "k", "at last")])
                }
            }
            await sent.value
            let renewals = world.told.all.filter { if case .renewed(let why) = $0 { why.isFatal } else { false } }
            #expect(renewals.count == refusals)
            #expect(try await world.read(1, from: world.consumer([topic])).map(\.text) == ["at last"])
        }
    }

    @Test("While a renewal waits for its pause no other way makes a client")
    func pauses() async throws {
        try await KafkaWorld.with(ownBroker: 1) { world, broker in
            try broker.fail(.initProducerID, with: Array(repeating: .clusterNotAuthorised, count: 1_000))
            let producer = try world.producer()
            // A producer without a record asks nobody for a number. This one ends when the world closes it.
            let topic = try await world.broker.createTopic("refused.always", partitions: 1)
            Task {
                while await producer.send([record(topic, key: "k", "never")]) != [.failure(.closed)] {}
            }
            func renewals() -> Int { world.told.all.filter { if case .renewed = $0 { true } else { false } }.count }
            for _ in 0..<3 {
                try await world.wait(until: "it pauses") { await producer.pausesUntil > .now }
                var (before, end) = (0, ContinuousClock.now)
                repeat {
                    end = await producer.pausesUntil
                    before = renewals()
                } while await producer.pausesUntil != end
                try await world.wait(until: "the next client was refused too") { renewals() > before }
                #expect(.now >= end, "a client was made in a pause")
            }
        }
    }
}
