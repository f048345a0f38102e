import Kafka
import Reactor
import TestSupport
import Testing

/// What every broker must do for us: the embedded one always, another one if the environment names it.
@Suite("Every broker: records")
struct ConformanceTests {
    @Test(
        "Each record gets its result, in order, and the consumer gets each record",
        arguments: TestBroker.Kind.available)
    func roundTrip(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("round.trip", partitions: 3)
            let producer = try world.producer()
            let sent = (0..<1_000).map { record(topic, key: "key-\($0 % 17)", "value-\($0)") }
            let positions = try await world.send(sent, with: producer)
            #expect(positions.count == 1_000)
            let received = try await world.read(sent.count, from: world.consumer([topic]))
            for (record, position) in zip(sent, positions) {
                let twin = try #require(received.first { $0.text == record.text })
                #expect(twin.partition == position.partition)
                #expect(twin.offset == position.offset)
            }
            for key in Set(sent.map(\.key)) {
                #expect(received.filter { $0.key == key }.map(\.text) == sent.filter { $0.key == key }.map(\.text))
            }
        }
    }

    @Test(
        "Key, value, headers and time arrive as they were sent, null and empty apart",
        arguments: TestBroker.Kind.available)
    func faithful(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("faithful", partitions: 1)
            let headers = [
                KafkaHeader("ce_type", "org.filmclub.FilmChanged"), KafkaHeader("ce_subject", "«Volver» é"),
                KafkaHeader("repeated", "1"), KafkaHeader("repeated", "2"), KafkaHeader("empty", [UInt8]()),
                KafkaHeader("null", nil), KafkaHeader("bytes", [0, 255, 10]),
            ]
            let sent = [
                KafkaRecord(
                    topic: topic, key: [0, 1, 255], value: Array("valor".utf8), headers: headers,
                    timestampMilliseconds: 1_700_000_000_123),
                KafkaRecord(topic: topic, key: nil, value: nil),
                KafkaRecord(topic: topic, key: [], value: []),
                KafkaRecord(topic: topic, partition: 0, key: [1], value: [UInt8](repeating: 7, count: 256 << 10)),
            ]
            let producer = try world.producer()
            try await world.send(sent, with: producer)
            let received = try await world.read(sent.count, from: world.consumer([topic]))
            #expect(received.map(\.key) == sent.map(\.key))
            #expect(received.map(\.value) == sent.map(\.value))
            #expect(received.map(\.headers) == sent.map(\.headers))
            #expect(received[0].timestampMilliseconds == 1_700_000_000_123)
            #expect(received[0].header("ce_subject") == Array("«Volver» é".utf8))
            #expect(received.map(\.offset) == [0, 1, 2, 3])
        }
    }

    /// Hashes from Apache Kafka's own test of its default partitioner (UtilsTest.testMurmur2).
    @Test("A key goes where the Java client would send it", arguments: TestBroker.Kind.available)
    func partitioner(_ kind: TestBroker.Kind) async throws {
        let hashes: [(key: String, hash: Int32)] = [
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
        ]
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("partitioner", partitions: 8)
            let producer = try world.producer()
            let sent = hashes.map { record(topic, key: $0.key, "") }
            let positions = try await world.send(sent, with: producer)
            #expect(positions.map(\.partition) == hashes.map { ($0.hash & 0x7fff_ffff) % 8 })
        }
    }

    @Test("Producer, consumer and admin tell the same cluster id", arguments: TestBroker.Kind.available)
    func clusterID(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("cluster.id", partitions: 1)
            let id = try await KafkaAdmin(world.broker.configuration).clusterID()
            #expect(!id.isEmpty)
            #expect(try await world.producer().clusterID() == id)
            #expect(try await world.consumer([topic]).clusterID() == id)
        }
    }

    @Test(
        "Topics and what they hold can be asked for; an existing topic is not touched",
        arguments: TestBroker.Kind.available)
    func admin(_ kind: TestBroker.Kind) async throws {
        try await KafkaWorld.with(kind.broker()) { world in
            let topic = try await world.broker.createTopic("admin", partitions: 3)
            let admin = KafkaAdmin(world.broker.configuration)
            #expect(try await admin.topics().contains { $0.name == topic && $0.partitions == 3 })
            let outcomes = try await admin.createTopics([
                KafkaTopicSpec(name: topic, partitions: 3), KafkaTopicSpec(name: topic, partitions: 5),
            ])
            #expect(outcomes.map(\.result) == [.existed, .otherPartitions(3)])
            let producer = try world.producer()
            let onSecond = (0..<4).map { KafkaRecord(topic: topic, partition: 1, key: nil, value: [$0]) }
            try await world.send(onSecond, with: producer)
            let marks = try await admin.watermarks(of: topic)
            #expect(marks.map(\.partition) == [0, 1, 2])
            #expect(marks.map(\.low) == [0, 0, 0])
            #expect(marks.map(\.high) == [0, 4, 0])
            await #expect(throws: KafkaError.self) { try await admin.watermarks(of: TestBroker.uniqueName("absent")) }
        }
    }
}
