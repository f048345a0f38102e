internal import CRDKafka
internal import Reactor

/// A topic as it shall be.
public struct KafkaTopicSpec: Sendable, Hashable {
    public var name: String
    public var partitions: Int
    /// -1 is the broker's default.
    public var replicas: Int
    /// The topic's settings by name, such as `cleanup.policy`. The embedded broker ignores them.
    public var settings: [String: String]

    public init(name: String, partitions: Int, replicas: Int = -1, settings: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicas = replicas
        self.settings = settings
    }
}

/// A topic as it is.
public struct KafkaTopic: Sendable, Hashable {
    public let name: String
    public let partitions: Int
}

/// What became of one asked-for topic.
public struct KafkaTopicOutcome: Sendable, Hashable {
    public enum Result: Sendable, Hashable {
        case created
        case existed
        /// It is there with another number of partitions, so that keys would lie elsewhere.
        case otherPartitions(Int)
        case failed(KafkaError)
    }
    public let name: String
    public let result: Result
}

/// What a partition holds: offsets from `low` up to, and without, `high`.
public struct KafkaWatermarks: Sendable, Hashable {
    public let partition: Int32
    public let low: Int64
    public let high: Int64
}

/// Questions and orders to the brokers that come once in a while: each call makes a client of its own, works on
/// a thread of its own, and is done within its limit.
public struct KafkaAdmin: Sendable {
    public let configuration: KafkaConfiguration
    public let events: KafkaEventHandler?

    public init(_ configuration: KafkaConfiguration, events: KafkaEventHandler? = nil) {
        self.configuration = configuration
        self.events = events
    }

    /// Creates those of `topics` that are not there yet. One that exists is left as it is.
    /// The embedded broker cannot create topics by request: its process creates them at its start.
    public func createTopics(
        _ topics: [KafkaTopicSpec], within limit: Duration = .seconds(15)
    ) async throws(KafkaError) -> [KafkaTopicOutcome] {
        try await run(within: limit) { (client, deadline) throws(KafkaError) in
            try client.blockingCreate(topics, before: deadline)
        }
    }

    /// All topics of the cluster but its internal ones, by name.
    public func topics(within limit: Duration = .seconds(10)) async throws(KafkaError) -> [KafkaTopic] {
        try await run(within: limit) { (client, deadline) throws(KafkaError) in
            try client.blockingTopics(before: deadline).filter { !$0.name.hasPrefix("__") }
        }
    }

    /// A new id is a new cluster, without what the old one held.
    public func clusterID(within limit: Duration = .seconds(10)) async throws(KafkaError) -> String {
        try await run(within: limit) { (client, deadline) throws(KafkaError) in
            try client.blockingClusterID(within: deadline - .now)
        }
    }

    /// For each partition of `topic`, in order, what it holds.
    public func watermarks(
        of topic: String, within limit: Duration = .seconds(10)
    ) async throws(KafkaError) -> [KafkaWatermarks] {
        try await run(within: limit) { (client, deadline) throws(KafkaError) in
            guard let found = try client.blockingTopics(before: deadline).first(where: { $0.name == topic }) else {
                throw KafkaError(code: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, while: "looking for \(topic)")
            }
            let partitions = (0..<Int32(found.partitions)).map { KafkaTopicPartition(topic: topic, partition: $0) }
            let marks = try client.blockingWatermarks(of: partitions, before: deadline)
            return zip(partitions, marks).map { origin, marks in
                KafkaWatermarks(partition: origin.partition, low: marks.low, high: marks.high)
            }
        }
    }

    /// Makes `rules` the only ones of the principals that they name, and of `principals`; who is not named keeps what he
    /// has. New ones are added before old ones go.
    public func setAccess(
        _ rules: [KafkaAccessRule], of principals: [String] = [], within limit: Duration = .seconds(15)
    ) async throws(KafkaError) -> (added: [KafkaAccessRule], removed: [KafkaAccessRule]) {
        let principals = Set(rules.map(\.principal) + principals).sorted()
        return try await run(within: limit) { (client, deadline) throws(KafkaError) in
            var present: [KafkaAccessRule] = []
            for principal in principals { present += try client.blockingRules(of: principal, before: deadline) }
            let (had, wanted) = (Set(present), Set(rules))
            let added = rules.filter { !had.contains($0) }
            let removed = present.filter { !wanted.contains($0) }
            if !added.isEmpty { try client.blockingAdd(added, before: deadline) }
            if !removed.isEmpty { try client.blockingRemove(removed, before: deadline) }
            return (added, removed)
        }
    }

    private func run<Value: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (Client, ContinuousClock.Instant) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        try ClientProperties.check(configuration)
        let (configuration, events) = (configuration, events)
        return try await onOwnThread { () throws(KafkaError) in
            guard let address = BootstrapAddress.current(configuration.bootstrap) else {
                throw KafkaError(.failed, retriable: true, "the bootstrap file names no broker yet")
            }
            let client = try Client(.producer, properties: ClientProperties(configuration, address: address))
            let result: Result<Value, KafkaError>
            do throws(KafkaError) {
                result = .success(try body(client, .now + limit))
            } catch {
                result = .failure(error)
            }
            // A request that nobody answered says no more than that; why no connection came about stands here.
            var reason: KafkaError?
            var refusedHandshake = false
            while let event = client.nextEvent() {
                let isReason = event.kind == .error && event.code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN
                // A refused handshake says more than the attempts after it.
                if isReason, !refusedHandshake {
                    refusedHandshake = event.code == RD_KAFKA_RESP_ERR__SSL
                    reason = event.failure(while: "connecting")
                }
                if let message = event.message { events?(message) }
            }
            return try result.mapError { error in reason.map { error.because($0) } ?? error }.get()
        }
    }
}
