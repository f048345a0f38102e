internal import FilmClubModel
internal import JSON
internal import Kafka
internal import Postgres
internal import ServiceShell

/// What is done with the records of one batch.
extension EventConsumer {
    /// Throws only what will pass by itself: the batch is to be given again then.
    func process(_ batch: KafkaBatch) async throws {
        var messages: [InboxMessage] = []
        var wanted: [(topic: Topic, key: String)] = []
        for record in batch.records {
            guard let topic = topics[record.topic] else { continue }
            if topic == .republish {
                if let request = ours(record) { wanted.append(request) }
            } else {
                messages.append(InboxMessage(record, topic: topic))
            }
        }
        if !wanted.isEmpty { _ = try await pool.query(EventLog.requestRepublish(wanted)) }
        var report = Inbox.Report()
        defer {
            meters.count(report)
            if report.applied > 0 || !wanted.isEmpty { applied() }
            copy(report.deadLetters)
        }
        var patience = patience
        defer { self.patience = patience }
        try await inbox.process(messages, into: &report, patience: &patience)
    }

    /// A request for events of ours. One that cannot be read, or names what cannot be a key, is passed over: whoever
    /// still misses something asks again, and one bad request must not hold up everybody's.
    private func ours(_ record: KafkaRecord) -> (topic: Topic, key: String)? {
        guard let body = record.value, let request = try? JSON.decode(RepublishRequested.self, from: body),
            let topic = Topic.named(request.topic), topic.owner == service
        else { return nil }
        let key = request.topicKey ?? EventLog.everyKey
        return EventEnvelope.isSubject(key) ? (topic, key) : nil
    }

    /// Copies for whoever watches the topics. The table is the truth, so a lost copy is only logged, and the next batch
    /// does not wait for a broker that takes none.
    private func copy(_ letters: [ParkedMessage]) {
        guard !letters.isEmpty else { return }
        for letter in letters {
            log.error(
                "inbox.parked",
                [
                    "reason": .text(letter.reason.rawValue), "detail": .text(letter.detail),
                    "origin": .text(letter.origin),
                ])
        }
        guard copiesInFlight + letters.count <= limits.copiesMax else {
            log.warning("inbox.copy.left_out", ["messages": .count(letters.count)])
            return
        }
        copiesInFlight += letters.count
        Task {
            for result in await publisher.send(letters.map { $0.deadLetter(consumer: service.text) }) {
                if case .failure(let error) = result { log.warning("inbox.copy.failed", [.error: .error(error)]) }
            }
            copiesInFlight -= letters.count
        }
    }
}
