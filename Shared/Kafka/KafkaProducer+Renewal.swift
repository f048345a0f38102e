internal import CRDKafka
internal import Reactor

/// What librdkafka tells, and when a new client takes the place of the old one.
extension KafkaProducer {
    /// Events handled before other work on the loop gets its turn.
    static let eventsPerTurnMax = 64

    static func makeClient(_ configuration: KafkaConfiguration) throws(KafkaError) -> Client? {
        guard let address = BootstrapAddress.current(configuration.bootstrap) else { return nil }
        var properties = ClientProperties(configuration, address: address)
        properties["acks"] = "all"
        properties["enable.idempotence"] = "true"
        // One request at a time to a broker. With more, a second one is taken although the first has failed where the
        // broker does not know the producer yet (Apache Kafka takes any first sequence number) or does not look at
        // the numbers (the embedded broker): with five the storm test saw keys out of order in 3 of 20 runs. It
        // costs a sixth of the rate on loopback.
        properties.setDefault("max.in.flight.requests.per.connection", "1")
        // No record gives up: the next of its key would overtake it.
        properties["message.timeout.ms"] = "0"
        // What the Java client and `kcat -X partitioner=murmur2_random` do.
        properties["partitioner"] = "murmur2_random"
        properties["queue.buffering.max.messages"] = String(recordsInFlightMax)
        properties["queue.buffering.max.kbytes"] = String(bytesInFlightMax >> 10)
        // A lone record goes at once; under load batches form behind the requests in flight.
        properties.setDefault("linger.ms", "0")
        return try Client(.producer, properties: properties)
    }

    func start(_ first: Client?) {
        guard !isClosing else { return }
        if let first { begin(first) }
        tick()
    }

    private func begin(_ client: Client) {
        let session = ProducerSession(client: client)
        do throws(KafkaError) {
            try session.startWatching(on: loop) { [weak self] in self?.assumeIsolated { $0.drain() } }
        } catch {
            events?(.failure(error))
            return
        }
        self.session = session
        brokersAreDown = false
        wakeSessionWaiters()
        // Settings such as a bad certificate were told before the watch began.
        drain()
    }

    /// Four times a second: a file that has come or changed, a cluster that is another.
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
            renew(because: .brokerReplaced)
        } else if let id = session.client.cachedClusterID, id != clusterIDSeen {
            if let before = clusterIDSeen { events?(.clusterChanged(from: before, to: id)) }
            clusterIDSeen = id
        }
    }

    private func makeSession() {
        guard .now >= pausesUntil else { return }
        do throws(KafkaError) {
            if let client = try Self.makeClient(configuration) { begin(client) }
        } catch {
            events?(.failure(error))  // and the next tick tries again
        }
    }

    func drain() {
        guard let session else { return }
        session.client.clearWakeUp()
        var budget = Self.eventsPerTurnMax
        while budget > 0, let event = session.client.nextEvent() {
            budget -= 1
            handle(event, session)
        }
        if budget == 0 {
            loop.execute { [weak self] in self?.assumeIsolated { $0.drain() } }
        } else if let fatal = session.fatalError {
            // After the answers that had come already.
            renew(because: fatal)
        }
        wakeSender()
    }

    private func handle(_ event: borrowing Event, _ session: ProducerSession) {
        switch event.kind {
        case .delivery: if session.settle(event) { renewalPause.acknowledged() }
        case .error:
            switch event.code {
            case RD_KAFKA_RESP_ERR__FATAL: session.noteFatal()
            case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
                brokersAreDown = true
                events?(.brokersDown)
            default: events?(.failure(event.failure(while: "the producer")))
            }
        default: if let message = event.message { events?(message) }
        }
    }

    /// At once, or in a tick after the pause. Those who send wait meanwhile.
    func renew(because error: KafkaError) {
        endSession(error)
        pausesUntil = .now + renewalPause.take(luck: Double.random(in: 0...1))
        events?(.renewed(because: error))
        if !isClosing { makeSession() }
    }

    func endSession(_ error: KafkaError) {
        session?.end(error)
        session = nil
        wakeSender()
    }
}

extension KafkaError {
    static let brokerReplaced = KafkaError(
        .brokerReplaced, retriable: true, "the bootstrap file names another broker than the one that is gone")
}
