import FilmClubModel
import Postgres
import ServiceShell
import TestSupport
import Testing

@testable import Kafka
@testable import Messaging

@Suite("A group whose offsets lead its database", .timeLimit(.minutes(15)))
struct LeadingOffsetsTests {
    @Test(
        "A database that was made anew hears everything again, though the group has committed its offsets",
        arguments: TestBroker.Kind.available)
    func fresh(_ kind: TestBroker.Kind) async throws {
        try await Self.withLine(kind) { line, kafka async throws in
            let group = TestBroker.uniqueName("group")
            try await Self.readAll(line, group).stop(within: .seconds(10))

            try await TestDatabase.with { database in
                let anew = try await Party(.streamingEntitlement, database, kafka)
                _ = try await anew.pool.query(
                    """
                    CREATE TABLE effect
                        (number bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, sequence bigint NOT NULL)
                    """)
                let consumer = anew.consumer(of: [.orders], group: group, handler: line.effects)
                try await consumer.start()
                for name in Self.names {
                    try await line.wait(until: "\(name) has taken effect in the new database") {
                        try await Self.effects(of: line.key(name), in: anew.pool) == [1, 2]
                    }
                }
                try await line.wait(until: "everything is committed again") {
                    await consumer.caughtUp(within: .seconds(5)) == .ready
                }
                #expect(anew.log.lines(of: "inbox.offsets_lead").count == 1)
                await anew.stop()

                // What was read is not read again: the database's own account has come as far as the group's.
                let again = anew.consumer(of: [.orders], group: group, handler: line.effects)
                try await again.start()
                try await line.wait(until: "it has looked") { await again.clusterRead != nil }
                #expect(anew.log.lines(of: "inbox.offsets_lead").count == 1)
                await again.stop(within: .seconds(10))
            }
        }
    }

    @Test(
        "A database that was put back to an older copy goes on from there",
        arguments: TestBroker.Kind.available)
    func restored(_ kind: TestBroker.Kind) async throws {
        try await Self.withLine(kind) { line, kafka async throws in
            let group = TestBroker.uniqueName("group")
            let consumer = try await Self.readAll(line, group)
            try await line.wait(until: "the database has noted how far it is") {
                try await Self.positions(line, group).count > 0
            }
            let copy = try await Self.positions(line, group)
            for name in Self.names { try await line.append(name, 3) }
            for name in Self.names { try await line.waitForEffects(of: name, [1, 2, 3]) }
            await consumer.stop(within: .seconds(10))

            let pool = line.streaming.pool
            _ = try await pool.query("DELETE FROM effect WHERE sequence = 3")
            _ = try await pool.query("UPDATE inbox_watermark SET sequence = 2 WHERE sequence = 3")
            _ = try await pool.query("DELETE FROM inbox_position")
            for row in copy {
                _ = try await pool.query(
                    """
                    INSERT INTO inbox_position (consumer_group, topic, partition, cluster_id, next_offset)
                    VALUES (\(group), \(try row.get("topic", as: String.self)),
                        \(try row.get("partition", as: Int32.self)), \(try row.get("cluster_id", as: String.self)),
                        \(try row.get("next_offset", as: Int64.self)))
                    """)
            }
            try await line.streaming.consumer(of: [.orders], group: group, handler: line.effects).start()
            for name in Self.names { try await line.waitForEffects(of: name, [1, 2, 3]) }
        }
    }

    @Test("Reading begins where the database stands, and never before what the broker still holds")
    func decisions() {
        func partition(_ number: Int32, committed: Int64?, low: Int64, high: Int64) -> KafkaAssignment {
            KafkaAssignment(
                partition: KafkaTopicPartition(topic: "films", partition: number), committed: committed, low: low,
                high: high)
        }
        let partitions = [
            partition(0, committed: 9, low: 0, high: 9),
            partition(1, committed: 9, low: 0, high: 12),
            partition(2, committed: 9, low: 4, high: 12),
            partition(3, committed: 9, low: 9, high: 9),
            partition(4, committed: nil, low: 0, high: 7),
            partition(5, committed: 5, low: 0, high: 7),
        ]
        let known: PositionStore.Offsets = [
            KafkaTopicPartition(topic: "films", partition: 1): 7, KafkaTopicPartition(topic: "films", partition: 5): 6,
        ]
        let leading = PositionStore.leading(partitions, beyond: known)
        #expect(Dictionary(uniqueKeysWithValues: leading.map { ($0.key.partition, $0.value) }) == [0: 0, 1: 7, 2: 4])
        #expect(PositionStore.cut(partitions, behind: known).map(\.partition.partition) == [2, 3])
    }

    // MARK: - Ground

    private static let names = ["a", "b", "c", "d"]

    private static func withLine(
        _ kind: TestBroker.Kind, _ body: (ServiceLine, KafkaConfiguration) async throws -> Void
    ) async throws {
        let embedded = kind == .embedded ? try EmbeddedBroker.house() : nil
        defer { embedded?.stop() }
        let kafka =
            try embedded.map { KafkaConfiguration(bootstrapServers: $0.bootstrapServers) }
            ?? kind.broker().configuration
        if embedded == nil { _ = try await KafkaAdmin(kafka).createTopics(.house) }
        try await ServiceLine.with(kafka) { line async throws in
            try await line.checkout.relay.start()
            try await body(line, kafka)
        }
    }

    private static func positions(_ line: ServiceLine, _ group: String) async throws -> [Row] {
        try await line.streaming.pool.query("SELECT * FROM inbox_position WHERE consumer_group = \(group)").map { $0 }
    }

    private static func readAll(_ line: ServiceLine, _ group: String) async throws -> EventConsumer {
        let consumer = line.streaming.consumer(of: [.orders], group: group, handler: line.effects)
        try await consumer.start()
        for sequence in Int64(1)...2 {
            for name in names { try await line.append(name, sequence) }
        }
        for name in names { try await line.waitForEffects(of: name, [1, 2]) }
        try await line.wait(until: "the offsets are committed") {
            await consumer.caughtUp(within: .seconds(5)) == .ready
        }
        return consumer
    }

    private static func effects(of key: String, in pool: PostgresPool) async throws -> [Int64] {
        try await pool.query("SELECT sequence FROM effect WHERE key = \(key) ORDER BY number").map {
            try $0.get("sequence")
        }
    }
}
