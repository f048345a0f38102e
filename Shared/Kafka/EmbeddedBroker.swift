internal import CRDKafka
internal import Reactor

/// librdkafka's built-in cluster: a broker in this process, in memory, on 127.0.0.1, for development and tests.
///
/// What it is not: its port is random and cannot be chosen (write `bootstrapServers` to a file that clients
/// read); it keeps 5 MiB a partition and forgets the oldest, and all of it when it stops; a group's first join
/// takes 3 s, later ones the session timeout less one second, and members must agree on both timeout and
/// assignor; topics are created by this process alone, but a client that asks for an unknown one gets it with
/// four partitions; transactions mean nothing.
///
/// `@unchecked Sendable`: librdkafka sends each call as a message to the cluster's own thread, and `stop` takes
/// the cluster out of the lock exactly once.
@safe public final class EmbeddedBroker: @unchecked Sendable {
    @safe private struct Running {
        let handle: OpaquePointer
        let cluster: OpaquePointer
    }
    private let running: Lock<Running?>

    /// `host:port`, with commas where there are several brokers.
    public let bootstrapServers: String

    /// Starts the brokers and creates `topics`. Blocks for a moment.
    public static func start(topics: [KafkaTopicSpec] = [], brokers: Int = 1) throws(KafkaError) -> EmbeddedBroker {
        let broker = try EmbeddedBroker(brokers: brokers)
        for topic in topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        return broker
    }

    private init(brokers: Int) throws(KafkaError) {
        guard let configuration = unsafe rd_kafka_conf_new() else { throw Self.notStarted("no memory") }
        // Nobody polls this client: its log lines go nowhere rather than into a queue that grows.
        unsafe crk_silence(configuration)
        var reason = [CChar](repeating: 0, count: 512)
        guard let handle = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count) else {
            unsafe rd_kafka_conf_destroy(configuration)
            throw Self.notStarted(String(cBytes: reason))
        }
        guard let cluster = unsafe Self.newCluster(handle, brokers),
            let text = unsafe rd_kafka_mock_cluster_bootstraps(cluster)
        else {
            unsafe rd_kafka_destroy(handle)
            throw Self.notStarted("no cluster of \(brokers)")
        }
        bootstrapServers = unsafe String(cString: text)
        running = unsafe Lock(Running(handle: handle, cluster: cluster))
    }

    deinit { stop() }

    /// Whether a cluster of this id is an embedded one: librdkafka names its own so, and nobody else's.
    public static func isEmbedded(clusterID: String) -> Bool { clusterID.hasPrefix("mockCluster") }

    /// The first broker's port.
    public var port: UInt16 {
        let first = bootstrapServers.split(separator: ",").first ?? ""
        return first.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
    }

    /// Creates a topic that clients can use at once; one that exists is an error.
    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        unsafe try withCluster("creating the topic \(name)") { cluster in
            unsafe rd_kafka_mock_topic_create(cluster, name, Int32(clamping: partitions), 1)
        }
    }

    /// Ends the brokers with all they hold. Blocks for a moment; twice is fine.
    public func stop() {
        let stopped = running.withLock { running -> Running? in
            defer { running = nil }
            return running
        }
        guard let stopped else { return }
        unsafe rd_kafka_mock_cluster_destroy(stopped.cluster)
        unsafe rd_kafka_destroy(stopped.handle)
    }

    /// Runs one order to the cluster; a stopped one refuses.
    func withCluster(_ operation: String, _ body: (OpaquePointer) -> rd_kafka_resp_err_t) throws(KafkaError) {
        let code = running.withLock { running in
            running.map { unsafe body($0.cluster) } ?? RD_KAFKA_RESP_ERR__DESTROY
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code: code, while: operation) }
    }

    // MARK: - Cluster ids

    /// The addresses of this process's clusters so far: librdkafka makes a cluster's id from its address alone,
    /// so that a new cluster in the place of a freed one would pass for the old one.
    private static let addressesUsed = Lock<Set<UInt>>([])

    private static func newCluster(_ handle: OpaquePointer, _ brokers: Int) -> OpaquePointer? {
        var rejected: [OpaquePointer] = unsafe []
        defer { while let cluster = unsafe rejected.popLast() { unsafe rd_kafka_mock_cluster_destroy(cluster) } }
        while let cluster = unsafe rd_kafka_mock_cluster_new(handle, Int32(clamping: brokers)) {
            if addressesUsed.withLock({ $0.insert(UInt(bitPattern: cluster)).inserted }) { return unsafe cluster }
            unsafe rejected.append(cluster)
        }
        return nil
    }

    private static func notStarted(_ reason: String) -> KafkaError {
        KafkaError(.failed, retriable: false, "the embedded broker did not start: \(reason)")
    }
}
