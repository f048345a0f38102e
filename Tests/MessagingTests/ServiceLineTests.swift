import FilmClubModel
import JSON
import Kafka
import Postgres
import ServiceShell
import TestSupport
import Testing

@testable import Messaging

@Suite("From one service's database to another's, through a broker", .timeLimit(.minutes(15)))
struct ServiceLineTests {
    @Test(
        "What checkout commits takes effect in streaming once, through gaps, poison, stumbles and a second reading",
        arguments: TestBroker.Kind.available)
    func line(_ kind: TestBroker.Kind) async throws {
        let embedded = kind == .embedded ? try EmbeddedBroker.house() : nil
        defer { embedded?.stop() }
        let kafka =
            try embedded.map { KafkaConfiguration(bootstrapServers: $0.bootstrapServers) }
            ?? kind.broker().configuration
        if embedded == nil { _ = try await KafkaAdmin(kafka).createTopics(.house) }
        try await ServiceLine.with(kafka) { line async throws in
            try await hide("gap", 2, on: line, kafka)
            let first = line.streaming.consumer(of: [.orders], handler: line.effects)
            let watcher = try KafkaConsumer(
                kafka, group: TestBroker.uniqueName("watcher"),
                topics: [Topic.orders.name, Topic.orders.deadLetters.name], on: line.streaming.loop, options: .house)
            try await line.checkout.relay.start()
            try await line.checkout.consumer(of: [], handler: line.effects).start()
            try await line.streaming.relay.start()
            try await first.start()
            try await sendAbsurdRequest(line)
            for name in ["plain", "poison", "stumble"] { try await line.append(name, 1) }
            try await line.append("plain", 2)
            try await line.append("gap", 3)

            try await checkRecords(watcher, line)
            try await line.waitForEffects(of: "plain", [1, 2])
            try await line.waitForEffects(of: "stumble", [1])
            try await line.waitForEffects(of: "gap", [1, 2, 3])
            #expect(try await line.effects(of: "poison").isEmpty)
            #expect(line.streaming.log.lines(of: "kafka.assigned").count == 1, "a stumble costs no membership")

            await first.stop(within: .seconds(10))
            try await readAgain(line)
        }
    }

    /// Events that checkout's relay believes to have published: nobody will ever see them unless they are asked for.
    private func hide(_ name: String, _ count: Int64, on line: ServiceLine, _ kafka: KafkaConfiguration) async throws {
        for sequence in 1...count { try await line.append(name, sequence) }
        let cluster = try await KafkaAdmin(kafka).clusterID()
        _ = try await line.checkout.pool.query(
            """
            UPDATE relay_cursor SET cluster_id = \(cluster), from_incarnation = 1, from_snapshot = pg_current_snapshot()
            """)
    }

    /// A request for a key that no index holds: it must not keep later ones from being heard.
    private func sendAbsurdRequest(_ line: ServiceLine) async throws {
        let digits = (0..<10_000).map { _ in "0123456789abcdef".randomElement() ?? "0" }
        let body = RepublishRequested(
            topic: Topic.orders.name, topicKey: String(digits), requester: .streamingEntitlement)
        let record = KafkaRecord(
            topic: Topic.republish.name, key: Array("absurd".utf8), value: try JSON.encode(body))
        for result in await line.checkout.producer.send([record]) { _ = try result.get() }
    }

    private func checkRecords(_ watcher: KafkaConsumer, _ line: ServiceLine) async throws {
        let (plain, poison) = (line.key("plain"), line.key("poison"))
        var found: [String: KafkaRecord] = [:]
        while found["copy"] == nil || found["poison"] == nil || found["plain"] == nil {
            let batch = try #require(try await watcher.next())
            for record in batch.records {
                let key = String(decoding: record.key ?? [], as: UTF8.self)
                switch (record.topic, key) {
                case (Topic.orders.name, plain): found["plain"] = found["plain"] ?? record
                case (Topic.orders.name, poison): found["poison"] = record
                case (Topic.orders.deadLetters.name, poison): found["copy"] = record
                default: break
                }
            }
            try await watcher.commit(batch)
        }
        await watcher.close(within: .seconds(5))
        let envelope = try EventEnvelope(headers: try #require(found["plain"]).eventHeaders)
        #expect(envelope.subject == plain)
        #expect(envelope.sequence == 1)
        #expect(envelope.source == .checkout)
        let (original, copy) = (try #require(found["poison"]), try #require(found["copy"]))
        #expect(copy.value == original.value)
        #expect(try EventEnvelope(headers: copy.eventHeaders) == EventEnvelope(headers: original.eventHeaders))
        #expect(copy.header("dlt_reason") == Array("poison".utf8))
        #expect(copy.header("dlt_origin") == Array(original.place.utf8))
    }

    /// A second consumer of the service begins at the earliest record; then one that stops in the middle of a batch.
    private func readAgain(_ line: ServiceLine) async throws {
        let second = line.streaming.consumer(of: [.orders], handler: line.effects)
        try await second.start()
        // Behind everything that is read again, in the same partitions.
        try await line.append("plain", 3)
        try await line.append("gap", 4)
        try await line.waitForEffects(of: "plain", [1, 2, 3])
        try await line.waitForEffects(of: "gap", [1, 2, 3, 4])

        try await line.append("slow", 1)
        try await line.wait(until: "the batch is in hand") { line.effects.isInTheMiddle }
        async let stopped: Void = second.stop(within: .seconds(30))
        try await line.wait(until: "the consumer stops") { await second.isStopping }
        line.effects.goOn()
        await stopped
        #expect(try await line.effects(of: "slow") == [1], "a stop finishes the batch in hand")
    }
}

extension KafkaRecord {
    fileprivate var eventHeaders: [EventHeader] {
        headers.compactMap { header in header.value.map { (header.name, $0) } }
    }
}
