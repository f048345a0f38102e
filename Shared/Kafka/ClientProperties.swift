internal import CRDKafka

/// librdkafka's settings by name, in order: later ones win.
struct ClientProperties {
    private(set) var pairs: [(name: String, value: String)] = []

    subscript(_ name: String) -> String? {
        get { pairs.last { $0.name == name }?.value }
        set {
            pairs.removeAll { $0.name == name }
            if let newValue { pairs.append((name, newValue)) }
        }
    }

    /// Sets what `extra` has not set.
    mutating func setDefault(_ name: String, _ value: String) {
        if self[name] == nil { self[name] = value }
    }

    /// Queries of topic metadata: how soon a new topic, or another cluster at the same address, is noticed.
    static let metadataAgeMax: Duration = .seconds(10)
    static let reconnectBackoffMax: Duration = .seconds(1)

    /// What every client has in common; `address` is what the bootstrap setting says now.
    init(_ configuration: KafkaConfiguration, address: String) {
        self["bootstrap.servers"] = address
        self["client.id"] = configuration.clientID
        self["topic.metadata.refresh.interval.ms"] = Self.metadataAgeMax.millisecondsText
        self["reconnect.backoff.ms"] = "50"
        self["reconnect.backoff.max.ms"] = Self.reconnectBackoffMax.millisecondsText
        // Small requests must not wait for the acknowledgement of the one before.
        self["socket.nagle.disable"] = "true"
        // A broker closes idle connections as a matter of course.
        self["log.connection.close"] = "false"
        // Log lines come as events, never from a thread of librdkafka's and never on stderr.
        self["log.queue"] = "true"
        if let tls = configuration.tls {
            self["security.protocol"] = "ssl"
            self["ssl.ca.location"] = tls.caFile
            self["ssl.certificate.location"] = tls.certificateFile
            self["ssl.key.location"] = tls.keyFile
            self["ssl.key.password"] = tls.keyPassword
            self["ssl.endpoint.identification.algorithm"] = tls.verifiesHostName ? "https" : "none"
        }
        for (name, value) in configuration.extra.sorted(by: { $0.key < $1.key }) { self[name] = value }
    }

    /// Settings (and their aliases) that the modules' promises rest on.
    private static let reserved: Set<String> = [
        "bootstrap.servers", "metadata.broker.list", "client.id", "log.queue", "acks", "request.required.acks",
        "enable.idempotence", "message.timeout.ms", "delivery.timeout.ms", "partitioner", "transactional.id",
        "group.id", "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset",
        "partition.assignment.strategy", "group.protocol", "enable.partition.eof", "enabled_events",
    ]

    static func check(_ configuration: KafkaConfiguration) throws(KafkaError) {
        for name in configuration.extra.keys.sorted() where reserved.contains(name) {
            throw KafkaError(.configuration, retriable: false, "the Kafka setting \(name) cannot be changed")
        }
        if case .servers(let text) = configuration.bootstrap { _ = try BootstrapAddress.parse(text) }
    }

    /// Makes librdkafka's object; the caller gives it to `rd_kafka_new` or destroys it.
    @unsafe func makeConfiguration() throws(KafkaError) -> OpaquePointer {
        guard let configuration = unsafe rd_kafka_conf_new() else {
            throw KafkaError(.configuration, retriable: false, "no memory for Kafka settings")
        }
        unsafe crk_silence(configuration)
        for (name, value) in pairs {
            // The library's own sentence would carry the value, which may be a password.
            let result = unsafe rd_kafka_conf_set(configuration, name, value, nil, 0)
            guard result == RD_KAFKA_CONF_OK else {
                unsafe rd_kafka_conf_destroy(configuration)
                let problem = result == RD_KAFKA_CONF_UNKNOWN ? "is not known" : "has a value that is not possible"
                throw KafkaError(.configuration, retriable: false, "the Kafka setting \(name) \(problem)")
            }
        }
        return unsafe configuration
    }
}

extension Duration {
    /// Whole milliseconds, at least 0, at most what fits librdkafka's `int`.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < Int64(Int32.max / 1000) else { return Int32.max }
        return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000)
    }

    var millisecondsText: String { String(milliseconds) }
}
