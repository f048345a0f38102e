internal import CRDKafka

/// What partitions hold and a group has committed, by calls that block the calling thread.
extension Client {
    func blockingAssignment(
        of partitions: [KafkaTopicPartition], within limit: Duration
    ) throws(KafkaError) -> [KafkaAssignment] {
        guard !partitions.isEmpty else { return [] }
        let deadline = ContinuousClock.now + limit
        let committed = PartitionList()
        for partition in partitions { committed.add(partition) }
        let code = unsafe withHandle { handle in
            unsafe rd_kafka_committed(handle, committed.pointer, limit.milliseconds)
        }
        try Self.check(code, committed, while: "asking for committed offsets")
        let marks = try blockingWatermarks(of: partitions, before: deadline)
        return zip(committed.elements, marks).map { element, marks in
            KafkaAssignment(
                partition: element.partition, committed: element.offset >= 0 ? element.offset : nil, low: marks.low,
                high: marks.high)
        }
    }

    /// First offset and the one behind the last, for each of `partitions`, in order. Two requests a leader, not
    /// `rd_kafka_query_watermark_offsets`: that asks partition by partition, and before librdkafka 2.3 it never
    /// gives up.
    func blockingWatermarks(
        of partitions: [KafkaTopicPartition], before deadline: ContinuousClock.Instant
    ) throws(KafkaError) -> [(low: Int64, high: Int64)] {
        let low = try blockingOffsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_BEGINNING), before: deadline)
        let high = try blockingOffsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_END), before: deadline)
        return zip(low, high).map { ($0, $1) }
    }

    func blockingSeek(to offsets: [KafkaTopicPartition: Int64], within limit: Duration) throws(KafkaError) {
        let list = PartitionList()
        for (partition, offset) in offsets { list.add(partition, offset: offset) }
        let error = unsafe withHandle { handle in
            unsafe rd_kafka_seek_partitions(handle, list.pointer, limit.milliseconds)
        }
        if let error = unsafe error { throw unsafe KafkaError(consuming: error, while: "seeking") }
        try Self.check(RD_KAFKA_RESP_ERR_NO_ERROR, list, while: "seeking")
    }

    /// ListOffsets; the two ends are "times" of its protocol.
    private func blockingOffsets(
        of partitions: [KafkaTopicPartition], at end: Int64, before deadline: ContinuousClock.Instant
    ) throws(KafkaError) -> [Int64] {
        let list = PartitionList()
        for partition in partitions { list.add(partition, offset: end) }
        let code = unsafe withHandle { handle in
            unsafe rd_kafka_offsets_for_times(handle, list.pointer, (deadline - .now).milliseconds)
        }
        try Self.check(code, list, while: "asking for offsets")
        return list.elements.map(\.offset)
    }

    private static func check(
        _ code: rd_kafka_resp_err_t, _ list: PartitionList, while operation: String
    ) throws(KafkaError) {
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code: code, while: operation) }
        for element in list.elements where element.code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(code: element.code, while: "\(operation) of \(element.partition)")
        }
    }
}
