internal import FilmClubModel
internal import JSON
internal import Kafka

/// A topic that is being published again as a whole.
struct Replay: Sendable {
    /// The request as it was when it was taken up: one that is made meanwhile is another, and begins at the beginning.
    let request: RelayStore.Request
    /// The number that it has reached.
    var reached: Int64 = 0
}

extension Relay {
    /// Publishes again what was asked for, between two pages of the log: true if there may be more.
    func publishRequests() async throws -> Bool {
        let requests = try await store.requests(limit: limits.requestsMax)
        for request in requests where request.key == EventLog.everyKey && owns(request.topic) {
            if replays[request.topic] == nil { replays[request.topic] = Replay(request: request) }
        }
        for request in requests where request.key != EventLog.everyKey && owns(request.topic) {
            try await publishAgain(topic: request.topic, key: request.key)
        }
        let asked = requests.filter { !owns($0.topic) }
        if !asked.isEmpty { try await ask(for: asked) }
        try await store.delete(requests.filter { $0.key != EventLog.everyKey || !owns($0.topic) })
        return try await continueReplays() || requests.count == Int(limits.requestsMax)
    }

    private func owns(_ topic: String) -> Bool { Topic.named(topic)?.owner == service }

    /// All of the key's events, from the first on: a consumer drops what it has.
    private func publishAgain(topic: String, key: String) async throws {
        var reached: Int64 = 0
        while true {
            let events = try await store.events(
                topic: topic, key: key, afterSequence: reached, limit: limits.pageEventsMax)
            try await publish(events)
            guard let last = events.last, events.count == Int(limits.pageEventsMax) else { return }
            reached = last.envelope.sequence
        }
    }

    /// One page of each topic that is wanted as a whole. The request stays in its table until the last page, so
    /// that a relay that dies half-way is followed by one that begins again.
    private func continueReplays() async throws -> Bool {
        for (topic, replay) in replays {
            let events = try await store.events(
                topic: topic, afterNumber: replay.reached, limit: limits.pageEventsMax)
            try await publish(events)
            if let last = events.last, events.count == Int(limits.pageEventsMax) {
                replays[topic]?.reached = last.number
            } else {
                try await store.delete([replay.request])
                replays[topic] = nil
            }
        }
        return !replays.isEmpty
    }

    /// Asks the owners. A hint: it is not in the log, and whoever misses something asks again.
    private func ask(for requests: [RelayStore.Request]) async throws {
        var records: [KafkaRecord] = []
        for request in requests {
            let body = RepublishRequested(
                topic: request.topic, topicKey: request.key == EventLog.everyKey ? nil : request.key,
                requester: service)
            let envelope = EventEnvelope(
                id: .generate(now: request.requestedAt), source: service, type: RepublishRequested.type,
                subject: body.key, time: request.requestedAt, sequence: try await store.nextRequestNumber(body.key))
            records.append(
                LoggedEvent(
                    number: 0, topic: RepublishRequested.topic.name, envelope: envelope,
                    body: try JSON.encode(body)
                ).record)
        }
        try await publish(records)
    }
}
