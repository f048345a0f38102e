import Kafka
import Reactor
import TestSupport
import Testing

/// What every broker must do for us: the embedded one always, another one if the environment names it.
@Suite("Every broker")
struct ConformanceTests {
    @Test(
        "Each record gets its result, in order, and the consumer gets each record",
        arguments: TestBroker.Kind.available)
    func roundTrip(_ kind: TestBroker.Kind) async throws {
        let world = try KafkaWorld(kind.broker())
        let topic = try await world.broker.createTopic("round.trip", partitions: 3)
        let producer = try world.producer()
        let sent = (0..<1_000).map { record(topic, key: "key-\($0 % 17)", "value-\($0)") }
        let positions = try await world.send(sent, with: producer)
        #expect(positions.count == 1_000)
        let consumer = try world.consumer([topic])
        var received: [KafkaRecord] = []
        while received.count < sent.count, let batch = try await consumer.next() {
            #expect(batch.records.count <= 500)
            received += batch.records
            try await consumer.commit(batch)
        }
        #expect(Set(received.map(\.text)) == Set(sent.map(\.text)))
        for (record, position) in zip(sent, positions) {
            let twin = try #require(received.first { $0.text == record.text })
            #expect(twin.partition == position.partition)
            #expect(twin.offset == position.offset)
        }
        await consumer.close(within: .seconds(10))
        await producer.close(within: .seconds(10))
        world.loop.stop()
    }
}
