internal import CRDKafka

/// What went wrong with Kafka, in a sentence without record contents or secrets, for instance
/// `producing to catalog.films.v1 failed: Broker: Message size too large (MSG_SIZE_TOO_LARGE)`.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; more kinds may come.
    public struct Kind: Sendable, Hashable {
        private enum Case: Hashable {
            case failed, timedOut, fatal, brokerReplaced, queueFull, late, abandoned, closed, configuration, batchLost
            case misuse
        }
        private let value: Case

        /// The client library or a broker refused; `KafkaError.name` says with which code.
        public static let failed = Kind(value: .failed)
        /// No answer in time; whether it took effect is unknown.
        public static let timedOut = Kind(value: .timedOut)
        /// The idempotent producer can no longer promise order and has been replaced by a new one. Records in
        /// flight may or may not have arrived: send them again.
        public static let fatal = Kind(value: .fatal)
        /// The bootstrap file names another broker than the one that was in use; a new client talks to that.
        public static let brokerReplaced = Kind(value: .brokerReplaced)
        /// Too many senders wait already.
        public static let queueFull = Kind(value: .queueFull)
        /// The deadline for sending had passed.
        public static let late = Kind(value: .late)
        /// What was under way was given up by `abandon`: it may or may not have arrived.
        public static let abandoned = Kind(value: .abandoned)
        /// The client was closed before the answer came.
        public static let closed = Kind(value: .closed)
        /// A setting is wrong or missing.
        public static let configuration = Kind(value: .configuration)
        /// The batch is no longer this consumer's: it was held too long, or the broker was replaced.
        public static let batchLost = Kind(value: .batchLost)
        /// A call that the contract forbids, such as a second `next` while a batch is in hand.
        public static let misuse = Kind(value: .misuse)
    }

    public let kind: Kind
    /// The name of the protocol's or librdkafka's error code, such as `TOPIC_AUTHORIZATION_FAILED`, where it has one.
    public let name: String?
    /// Whether the same call may succeed later without anybody changing anything.
    public let isRetriable: Bool
    public let description: String

    public var isFatal: Bool { kind == .fatal }

    init(_ kind: Kind, retriable: Bool, _ description: String) {
        self.kind = kind
        self.name = nil
        self.isRetriable = retriable
        self.description = description
    }

    /// `operation` as in "producing to films"; `detail` is librdkafka's own sentence where it gave one.
    init(code: rd_kafka_resp_err_t, while operation: String, detail: String? = nil) {
        let name = unsafe String(cString: rd_kafka_err2name(code))
        let detail = unsafe detail ?? String(cString: rd_kafka_err2str(code))
        switch code {
        case RD_KAFKA_RESP_ERR__FATAL: kind = .fatal
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT: kind = .timedOut
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: kind = .queueFull
        default: kind = .failed
        }
        self.name = name
        isRetriable = Self.retriable.contains(code.rawValue)
        description = "\(operation) failed: \(Self.explained(detail, code)) (\(name))"
    }

    /// librdkafka gives every certificate that it refuses the same sentence, which asks for the authority only.
    private static func explained(_ detail: String, _ code: rd_kafka_resp_err_t) -> String {
        guard code == RD_KAFKA_RESP_ERR__SSL, detail.contains("certificate verify failed") else { return detail }
        return "\(detail): the broker's certificate must name the host that was asked for, be signed by an authority "
            + "of ours, and not have ended"
    }

    /// The same failure, with what lies behind it.
    func because(_ reason: KafkaError) -> KafkaError { KafkaError(self, "\(description): \(reason.description)") }

    private init(_ error: KafkaError, _ description: String) {
        kind = error.kind
        name = error.name
        isRetriable = error.isRetriable
        self.description = description
    }

    /// The codes that Kafka's protocol guide calls retriable, and librdkafka's own transient ones.
    private static let retriable: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
            RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__PURGE_QUEUE,
            RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__FATAL,
            RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
            RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND, RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH,
            RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
        ].map(\.rawValue))
}

extension KafkaError {
    static let late = KafkaError(
        .late, retriable: true, "the time in which these records might be sent was over before they were")
    static let abandoned = KafkaError(.abandoned, retriable: true, "what was being sent was given up")
    static let closed = KafkaError(.closed, retriable: false, "the Kafka client was closed")
    static let batchLost = KafkaError(
        .batchLost, retriable: false, "the batch's partitions were taken away before it was committed")

    /// Takes over an error object of librdkafka's.
    @unsafe init(consuming error: OpaquePointer, while operation: String) {
        let code = unsafe rd_kafka_error_code(error)
        let detail = unsafe String(cString: rd_kafka_error_string(error))
        unsafe rd_kafka_error_destroy(error)
        self.init(code: code, while: operation, detail: detail)
    }
}
