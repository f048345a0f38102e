import FilmClubModel
import Kafka
import Postgres
import Reactor
import TestSupport

/// What a reader of its own found in the topics.
struct TopicCensus: Sendable {
    private struct Sighting {
        let id: String
        let partition: Int32
        let body: [UInt8]?
    }
    struct Key: Hashable, Sendable {
        let topic: String
        let key: String
    }

    private(set) var records = 0
    private(set) var repetitions = 0
    private(set) var faults: [String] = []
    private var sightings: [Key: [Int64: Sighting]] = [:]

    /// I7: a key's events share a partition, first occurrences rise in sequence, one sequence means the same bytes.
    mutating func note(_ record: KafkaRecord) {
        records += 1
        func header(_ name: String) -> String {
            record.headers.first { $0.name == name }.map { String(decoding: $0.value ?? [], as: UTF8.self) } ?? ""
        }
        let key = Key(topic: record.topic, key: String(decoding: record.key ?? [], as: UTF8.self))
        let place = "\(record.topic)/\(record.partition ?? -1)/\(record.offset ?? -1)"
        guard let sequence = Int64(header("ce_sequence")), header("ce_subject") == key.key else {
            return faults.append("\(place) has no envelope")
        }
        let sighting = Sighting(id: header("ce_id"), partition: record.partition ?? -1, body: record.value)
        if let before = sightings[key]?[sequence] {
            repetitions += 1
            if before.id != sighting.id || before.body != sighting.body { faults.append("\(place) has other bytes") }
        } else if sequence != Int64(sightings[key]?.count ?? 0) + 1 {
            faults.append("\(place) brings sequence \(sequence) after \(sightings[key]?.count ?? 0) of its key")
        }
        if let other = sightings[key]?.values.first, other.partition != sighting.partition {
            faults.append("\(place) lies in another partition than its key")
        }
        sightings[key, default: [:]][sequence] = sightings[key]?[sequence] ?? sighting
    }

    /// `topic key sequence id` of every different event.
    var events: Set<String> {
        Set(
            sightings.flatMap { key, bySequence in
                bySequence.map { "\(key.topic) \(key.key) \($0.key) \($0.value.id)" }
            })
    }
}

extension Checker {
    /// I8: what the logs hold is what the topics hold.
    func checkTopics() async throws -> TopicCensus {
        let census = try await readTopics()
        try expect(census.faults.isEmpty, census.faults.prefix(5).joined(separator: "; "))
        var committed: Set<String> = []
        for service in Fleet.services {
            let rows = try await fleet.database(service).query(
                "SELECT concat_ws(' ', topic, key, sequence, id) AS event FROM event_log")
            for row in rows { committed.insert(try row.get("event")) }
        }
        let (lost, invented) = (committed.subtracting(census.events), census.events.subtracting(committed))
        try expect(!committed.isEmpty, "nothing was committed")
        try expect(lost.isEmpty, "\(lost.count) events are in no topic: \(lost.first ?? "")")
        try expect(invented.isEmpty, "\(invented.count) events are in no log: \(invented.first ?? "")")
        return census
    }

    private func readTopics() async throws -> TopicCensus {
        let topics = Topic.all.filter { $0 != .republish }.map(\.name)
        let admin = KafkaAdmin(fleet.kafka)
        var ends: [KafkaTopicPartition: Int64] = [:]
        for topic in topics {
            for marks in try await admin.watermarks(of: topic) where marks.high > marks.low {
                ends[KafkaTopicPartition(topic: topic, partition: marks.partition)] = marks.high
            }
        }
        guard !ends.isEmpty else { throw FleetFailed("the topics are empty") }
        let reader = try KafkaConsumer(
            fleet.kafka, group: UniqueName.next(), topics: topics, on: TestLoop.shared, options: KafkaConsumerOptions())
        var census = TopicCensus()
        let deadline = Task {
            try await TestLoop.shared.sleep(for: Self.restMax)
            await reader.close(within: .seconds(1))
        }
        defer { deadline.cancel() }
        while !ends.isEmpty, let batch = try await reader.next() {
            for record in batch.records {
                let place = KafkaTopicPartition(topic: record.topic, partition: record.partition ?? -1)
                census.note(record)
                if let end = ends[place], (record.offset ?? -1) + 1 >= end { ends[place] = nil }
            }
            try await reader.commit(batch)
        }
        await reader.close(within: .seconds(5))
        guard ends.isEmpty else { throw FleetFailed("the reader did not come to the end of \(ends.count) partitions") }
        return census
    }
}
