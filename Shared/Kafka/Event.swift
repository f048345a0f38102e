internal import CRDKafka

/// One event of librdkafka's, freed when it goes.
@safe struct Event: ~Copyable {
    private let pointer: OpaquePointer

    @unsafe init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe rd_kafka_event_destroy(pointer) }

    enum Kind { case delivery, fetch, rebalance, offsetCommit, error, log, statistics, other }

    var kind: Kind {
        switch unsafe rd_kafka_event_type(pointer) {
        case RD_KAFKA_EVENT_DR: .delivery
        case RD_KAFKA_EVENT_FETCH: .fetch
        case RD_KAFKA_EVENT_REBALANCE: .rebalance
        case RD_KAFKA_EVENT_OFFSET_COMMIT: .offsetCommit
        case RD_KAFKA_EVENT_ERROR: .error
        case RD_KAFKA_EVENT_LOG: .log
        case RD_KAFKA_EVENT_STATS: .statistics
        default: .other
        }
    }

    var code: rd_kafka_resp_err_t { unsafe rd_kafka_event_error(pointer) }

    /// The failure that an error event tells.
    func failure(while operation: String) -> KafkaError {
        let detail = unsafe rd_kafka_event_error_string(pointer).map { unsafe String(cString: $0) }
        return KafkaError(code: code, while: operation, detail: detail)
    }

    /// What is for logs and metrics only.
    var message: KafkaEvent? {
        switch kind {
        case .log:
            var facility: UnsafePointer<CChar>?
            var text: UnsafePointer<CChar>?
            var level: Int32 = 0
            guard unsafe rd_kafka_event_log(pointer, &facility, &text, &level) == 0 else { return nil }
            return .log(
                level: Int(level), facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
                message: unsafe text.map { unsafe String(cString: $0) } ?? "")
        case .statistics:
            return unsafe rd_kafka_event_stats(pointer).map { .statistics(json: unsafe String(cString: $0)) }
        default: return nil
        }
    }

    /// The number that was given along when the commit was asked for.
    var commitNumber: Int { unsafe Int(bitPattern: rd_kafka_event_opaque(pointer)) }

    /// Lends each message of a delivery or fetch event.
    @unsafe func forEachMessage(_ body: (UnsafePointer<rd_kafka_message_t>) -> Void) {
        while let message = unsafe rd_kafka_event_message_next(pointer) { unsafe body(message) }
    }

    /// Lends the partitions of a rebalance event.
    @unsafe func withPartitions<Result>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> Result
    ) -> Result {
        unsafe body(rd_kafka_event_topic_partition_list(pointer))
    }
}
