internal import CRDKafka
internal import Glibc

/// Topics, by calls that block the calling thread.
extension Client {
    func blockingTopics(before deadline: ContinuousClock.Instant) throws(KafkaError) -> [KafkaTopic] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe withHandle { handle in
            // All topics: asking for one by name would create it on brokers that create topics by themselves.
            unsafe rd_kafka_metadata(handle, 1, nil, &metadata, (deadline - .now).milliseconds)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = unsafe metadata else {
            throw KafkaError(code: code, while: "listing topics")
        }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        return (0..<Int(unsafe metadata.pointee.topic_cnt)).map { index in
            let topic = unsafe metadata.pointee.topics[index]
            return unsafe KafkaTopic(name: String(cString: topic.topic), partitions: Int(topic.partition_cnt))
        }.sorted { $0.name < $1.name }
    }

    func blockingCreate(
        _ topics: [KafkaTopicSpec], before deadline: ContinuousClock.Instant
    ) throws(KafkaError) -> [KafkaTopicOutcome] {
        let found = try partitionsByTopic(before: deadline)
        let missing = topics.filter { found[$0.name] == nil }
        let failures = missing.isEmpty ? [:] : try create(missing, before: deadline)
        // Asked again: somebody else may have created one at the same time, in another shape.
        let expected = topics.map(\.name).filter { failures[$0] == nil }
        let now = missing.isEmpty ? found : try partitionsByTopic(onceListed: expected, before: deadline)
        return topics.map { topic in
            let result: KafkaTopicOutcome.Result =
                if let failure = failures[topic.name] {
                    .failed(failure)
                } else if let there = now[topic.name], there != topic.partitions {
                    .otherPartitions(there)
                } else {
                    found[topic.name] == nil ? .created : .existed
                }
            return KafkaTopicOutcome(name: topic.name, result: result)
        }
    }

    /// The controller answers before every broker has heard of the topics: waits until this one lists them.
    private func partitionsByTopic(
        onceListed names: [String], before deadline: ContinuousClock.Instant
    ) throws(KafkaError) -> [String: Int] {
        while true {
            let found = try partitionsByTopic(before: deadline)
            if names.allSatisfy({ found[$0] != nil }) { return found }
            guard ContinuousClock.now < deadline else {
                throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, while: "waiting for the created topics")
            }
            usleep(Self.listingPauseMicroseconds)
        }
    }

    private static let listingPauseMicroseconds: UInt32 = 20_000

    private func partitionsByTopic(before deadline: ContinuousClock.Instant) throws(KafkaError) -> [String: Int] {
        let pairs = try blockingTopics(before: deadline).map { ($0.name, $0.partitions) }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Returns those that failed, those that exist already not among them.
    private func create(
        _ topics: [KafkaTopicSpec], before deadline: ContinuousClock.Instant
    ) throws(KafkaError) -> [String: KafkaError] {
        let queue = unsafe withHandle { handle in unsafe rd_kafka_queue_new(handle) }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        var requests: [OpaquePointer?] = unsafe []
        defer { while let request = unsafe requests.popLast() { unsafe rd_kafka_NewTopic_destroy(request) } }
        for topic in topics { unsafe requests.append(try Self.makeRequest(topic)) }
        unsafe withHandle { handle in
            let options = unsafe rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS)
            defer { unsafe rd_kafka_AdminOptions_destroy(options) }
            let limit = (deadline - .now).milliseconds
            // The controller answers when the topics can be used.
            unsafe rd_kafka_AdminOptions_set_operation_timeout(options, limit, nil, 0)
            unsafe rd_kafka_AdminOptions_set_request_timeout(options, limit, nil, 0)
            unsafe requests.withUnsafeMutableBufferPointer { buffer in
                unsafe rd_kafka_CreateTopics(handle, buffer.baseAddress, buffer.count, options, queue)
            }
        }
        guard let answer = unsafe rd_kafka_queue_poll(queue, (deadline - .now).milliseconds) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, while: "creating topics")
        }
        defer { unsafe rd_kafka_event_destroy(answer) }
        let code = unsafe rd_kafka_event_error(answer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let detail = unsafe rd_kafka_event_error_string(answer).map { unsafe String(cString: $0) }
            throw KafkaError(code: code, while: "creating topics", detail: detail)
        }
        return unsafe Self.failures(in: answer)
    }

    private static func makeRequest(_ topic: KafkaTopicSpec) throws(KafkaError) -> OpaquePointer? {
        var reason = [CChar](repeating: 0, count: 512)
        let request = unsafe rd_kafka_NewTopic_new(
            topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replicas), &reason, reason.count)
        guard unsafe request != nil else {
            throw KafkaError(
                .configuration, retriable: false, "the topic \(topic.name) is not possible: \(String(cBytes: reason))")
        }
        for (name, value) in topic.settings { unsafe rd_kafka_NewTopic_set_config(request, name, value) }
        return unsafe request
    }

    @unsafe private static func failures(in answer: OpaquePointer) -> [String: KafkaError] {
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer), &count)
        var failures: [String: KafkaError] = [:]
        for index in 0..<count {
            guard let result = unsafe results?[index] else { continue }
            let code = unsafe rd_kafka_topic_result_error(result)
            let isGood = code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS
            guard !isGood else { continue }
            let name = unsafe String(cString: rd_kafka_topic_result_name(result))
            let detail = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
            failures[name] = KafkaError(code: code, while: "creating the topic \(name)", detail: detail)
        }
        return failures
    }
}
