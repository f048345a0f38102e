import Glibc
import Reactor
import TestSupport
import Testing

@testable import Kafka

@Suite("The bootstrap file")
struct BootstrapFileTests {
    @Test("Clients wait for the file, and follow it to another broker when theirs is gone")
    func replaced() async throws {
        let file = "/tmp/\(TestBroker.uniqueName("filmclub-bootstrap"))"
        defer { unlink(file) }
        let topic = TestBroker.uniqueName("replaced")
        let specs = [KafkaTopicSpec(name: topic, partitions: 2)]
        let configuration = KafkaConfiguration(bootstrapFile: file)
        try await KafkaWorld.with(TestBroker.shared()) { world in
            let producer = try world.producer(configuration)
            var options = world.quickOptions
            options.commitWaitMax = .milliseconds(300)
            let consumer = try world.consumer([topic], options: options, configuration)
            await #expect(throws: KafkaError.self) { try await producer.clusterID() }
            let early = Task { await producer.send([record(topic, key: "k", "early")]) }

            let first = try EmbeddedBroker.start(topics: specs)
            try write(first.bootstrapServers, to: file)
            #expect(await early.value.allSatisfy { (try? $0.get()) != nil })
            let held = try #require(try await consumer.next())
            #expect(held.records.map(\.text) == ["early"])
            let firstID = try await producer.clusterID()

            first.stop()
            let second = try EmbeddedBroker.start(topics: specs)
            defer { second.stop() }
            let lost = Task { await producer.send([record(topic, key: "k", "lost")]) }
            try await world.wait(until: "the record waits") { await producer.pending == 1 }
            try await world.wait(until: "the clients notice") { world.told.contains { $0.isBrokersDown } }
            try write(second.bootstrapServers, to: file)
            guard case .failure(let error) = await lost.value[0] else {
                Issue.record("a record that was pending at the replacement was acknowledged")
                return
            }
            #expect(error.kind == .brokerReplaced)
            #expect(error.isRetriable)
            try await world.send([record(topic, key: "k", "again")], with: producer)
            #expect(try await producer.clusterID() != firstID)
            try await world.wait(until: "the change is told") {
                world.told.contains { if case .clusterChanged = $0 { true } else { false } }
            }
            // Its partitions are another broker's now.
            await #expect(throws: KafkaError.self) { try await consumer.commit(held) }
            #expect(try await world.read(1, from: consumer).map(\.text) == ["again"])
        }
    }

    @Test("An embedded broker in the place of another has another cluster id, in one process too")
    func clusterIDs() async throws {
        var ids: Set<String> = []
        for _ in 0..<4 {
            let broker = try EmbeddedBroker.start()
            ids.insert(try await KafkaAdmin(KafkaConfiguration(bootstrapServers: broker.bootstrapServers)).clusterID())
            broker.stop()
            broker.stop()
        }
        #expect(ids.count == 4)
    }

    /// As `filmclub broker` does: written aside, then renamed.
    private func write(_ text: String, to path: String) throws {
        let aside = path + ".new"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        let bytes = Array(text.utf8) + [10]
        #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        #expect(rename(aside, path) == 0)
    }
}
