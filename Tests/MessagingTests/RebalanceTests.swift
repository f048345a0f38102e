import FilmClubModel
import Kafka
import Postgres
import TestSupport
import Testing

@testable import Messaging

@Suite("Rebalances with a batch in hand", .timeLimit(.minutes(15)))
struct RebalanceTests {
    @Test(
        "A process that comes or goes while a transaction is open waits for it; effects are once, offsets never lead",
        arguments: TestBroker.Kind.available)
    func joins(_ kind: TestBroker.Kind) async throws {
        try await withLine(kind) { line async throws in
            let group = TestBroker.uniqueName("group")
            let first = line.streaming.consumer(of: [.orders], group: group, handler: line.effects)
            try await first.start()
            try await line.append("slow", 1)
            try await line.wait(until: "the batch is in hand") { line.effects.isInTheMiddle }
            #expect(try await isBehind(first), "no offset is committed before the effects are")
            let second = line.streaming.consumer(of: [.orders], group: group, handler: line.effects)
            try await second.start()
            for name in ["a", "b", "c", "d"] { try await line.append(name, 1) }
            #expect(try await line.effects(of: "slow").isEmpty)

            line.effects.goOn()
            for name in ["slow", "a", "b", "c", "d"] { try await line.waitForEffects(of: name, [1]) }
            try await line.wait(until: "both have partitions") {
                let (one, other) = (await first.consumer, await second.consumer)
                let shares = [try await one?.assignment().count ?? 0, try await other?.assignment().count ?? 0]
                return shares.allSatisfy { $0 > 0 } && shares.reduce(0, +) == 2 * Topic.partitions
            }
            await first.stop(within: .seconds(10))
            for name in ["slow", "a", "b", "c", "d"] { try await line.append(name, 2) }
            for name in ["slow", "a", "b", "c", "d"] { try await line.waitForEffects(of: name, [1, 2]) }
        }
    }

    @Test("A batch that is held for too long is done by another process, and takes effect once")
    func heldTooLong() async throws {
        try await withLine(.embedded) { line async throws in
            let group = TestBroker.uniqueName("group")
            var options = KafkaConsumerOptions.house
            options.batchHoldMax = options.sessionTimeout
            let first = line.streaming.consumer(of: [.orders], group: group, handler: line.effects, options: options)
            try await first.start()
            try await line.append("slow", 1)
            try await line.wait(until: "the batch is in hand") { line.effects.isInTheMiddle }
            // Another handler, that nothing slows down.
            let quick = Effects(run: line.run, loop: line.streaming.loop)
            quick.goOn()
            let second = line.streaming.consumer(of: [.orders], group: group, handler: quick, options: options)
            try await second.start()
            try await line.waitForEffects(of: "slow", [1])
            line.effects.goOn()
            try await line.append("slow", 2)
            try await line.append("plain", 1)
            try await line.waitForEffects(of: "slow", [1, 2])
            try await line.waitForEffects(of: "plain", [1])
        }
    }

    private func withLine(_ kind: TestBroker.Kind, _ body: (ServiceLine) async throws -> Void) async throws {
        let embedded = kind == .embedded ? try EmbeddedBroker.house() : nil
        defer { embedded?.stop() }
        let kafka =
            try embedded.map { KafkaConfiguration(bootstrapServers: $0.bootstrapServers) }
            ?? kind.broker().configuration
        if embedded == nil { _ = try await KafkaAdmin(kafka).createTopics(.house) }
        try await ServiceLine.with(kafka) { line async throws in
            try await line.checkout.relay.start()
            try await body(line)
        }
    }

    /// Whether the broker holds records that the group has not called done.
    private func isBehind(_ consumer: EventConsumer) async throws -> Bool {
        try await consumer.consumer?.assignment().contains { $0.high > ($0.committed ?? $0.low) } ?? false
    }
}
