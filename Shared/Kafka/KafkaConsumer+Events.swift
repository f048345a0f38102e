internal import CRDKafka
internal import Reactor

/// What librdkafka tells a consumer, and when a new client takes the place of the old one.
extension KafkaConsumer {
    /// Events looked at before other work on the loop gets its turn, records included.
    static let eventsPerTurnMax = 2_000
    /// What is fetched ahead, all partitions together. Over the limit librdkafka looks again only after a second
    /// (from 2.2 on that can be changed), so a second's worth must fit: with 10,000 records a backlog was read
    /// at 10,000 a second.
    static let prefetchRecordsMax = canLookSooner ? 10_000 : 100_000
    static let prefetchKibibytesMax = canLookSooner ? 4 << 10 : 32 << 10
    private static let canLookSooner = rd_kafka_version() >= 0x0202_0000

    static func makeClient(
        _ configuration: KafkaConfiguration, group: String, options: KafkaConsumerOptions
    ) throws(KafkaError) -> Client? {
        guard let address = BootstrapAddress.current(configuration.bootstrap) else { return nil }
        var properties = ClientProperties(configuration, address: address)
        properties["group.id"] = group
        properties["enable.auto.commit"] = "false"
        properties["enable.auto.offset.store"] = "false"
        properties["auto.offset.reset"] = "earliest"
        properties["allow.auto.create.topics"] = "false"
        // Cooperative assignors hang and loop in librdkafka 2.0.
        properties["partition.assignment.strategy"] = "range"
        properties["session.timeout.ms"] = options.sessionTimeout.millisecondsText
        properties["heartbeat.interval.ms"] = (options.sessionTimeout / 6).millisecondsText
        // librdkafka leaves the group by itself when `next` stays uncalled for so long.
        properties["max.poll.interval.ms"] = max(options.batchHoldMax, options.sessionTimeout).millisecondsText
        properties.setDefault("fetch.wait.max.ms", options.fetchWaitMax.millisecondsText)
        properties.setDefault("fetch.error.backoff.ms", "100")
        properties.setDefault("queued.min.messages", String(prefetchRecordsMax))
        properties.setDefault("queued.max.messages.kbytes", String(prefetchKibibytesMax))
        if canLookSooner { properties.setDefault("fetch.queue.backoff.ms", "10") }
        return try Client(.consumer, properties: properties)
    }

    func start(_ first: Client?) {
        guard !isClosing else { return }
        if let first { begin(first) }
        tick()
    }

    private func begin(_ client: Client) {
        let session = ConsumerSession(client: client, events: events)
        do throws(KafkaError) {
            try session.startWatching(on: loop) { [weak self] in self?.assumeIsolated { $0.drain() } }
            try session.subscribe(to: topics)
        } catch {
            session.stopWatching()
            events?(.failure(error))
            return
        }
        self.session = session
        brokersAreDown = false
        drain()
    }

    /// Keeps the membership alive while nothing comes, and looks after the bootstrap file and the cluster's id.
    private func tick() {
        ticking = loop.schedule(after: BootstrapAddress.fileReadInterval) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
        guard let session else {
            makeSession()
            return
        }
        if brokersAreDown, let address = BootstrapAddress.current(configuration.bootstrap),
            address != session.client.address
        {
            session.stopWatching()
            self.session = nil
            events?(.renewed(because: .brokerReplaced))
            makeSession()
            return
        }
        if let id = session.client.cachedClusterID, id != clusterIDSeen {
            if let before = clusterIDSeen { events?(.clusterChanged(from: before, to: id)) }
            clusterIDSeen = id
        }
        watchHand()
        drain()
    }

    private func makeSession() {
        do throws(KafkaError) {
            if let client = try Self.makeClient(configuration, group: group, options: options) { begin(client) }
        } catch {
            events?(.failure(error))  // and the next tick tries again
        }
    }

    /// Takes records off the queue until it is empty or a batch is full; rebalances happen here.
    func collect(_ session: ConsumerSession) -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        var bytes = 0
        var budget = Self.eventsPerTurnMax
        while budget > 0, records.count < options.batchRecordsMax, bytes < options.batchBytesMax,
            let event = session.client.nextEvent()
        {
            budget -= 1
            switch event.kind {
            case .fetch: bytes += session.appendRecords(of: event, to: &records)
            case .rebalance:
                // Not handed out, not committed: whoever gets the partitions reads them again.
                records = []
                session.rebalance(event)
            case .error: handleFailure(event)
            default: if let message = event.message { events?(message) }
            }
        }
        if budget == 0, records.isEmpty {
            loop.execute { [weak self] in self?.assumeIsolated { $0.drain() } }
        }
        return records
    }

    private func handleFailure(_ event: borrowing Event) {
        if event.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
            brokersAreDown = true
            events?(.brokersDown)
        } else {
            events?(.failure(event.failure(while: "the consumer of group \(group)")))
        }
    }
}
