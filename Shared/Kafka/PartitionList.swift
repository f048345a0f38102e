internal import CRDKafka

/// librdkafka's list of topics, partitions and offsets, freed when it goes.
@safe final class PartitionList {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init() { unsafe pointer = rd_kafka_topic_partition_list_new(8) }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    var isEmpty: Bool { unsafe pointer.pointee.cnt == 0 }

    func add(_ partition: KafkaTopicPartition, offset: Int64? = nil) {
        let element = unsafe rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
        if let offset { unsafe element?.pointee.offset = offset }
    }

    /// Partition and offset of each element, logical offsets (negative) included.
    func offsets() -> [(partition: KafkaTopicPartition, offset: Int64)] { unsafe Self.offsets(in: pointer) }

    @unsafe static func partitions(
        in list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) -> [KafkaTopicPartition] {
        unsafe offsets(in: list).map(\.partition)
    }

    @unsafe private static func offsets(
        in list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) -> [(partition: KafkaTopicPartition, offset: Int64)] {
        guard let list = unsafe list else { return [] }
        return (0..<Int(unsafe list.pointee.cnt)).map { index in
            let element = unsafe list.pointee.elems[index]
            let topic = unsafe String(cString: element.topic)
            return unsafe (KafkaTopicPartition(topic: topic, partition: element.partition), element.offset)
        }
    }
}

extension Client {
    /// Asks the coordinator and the leaders; blocks the calling thread.
    func blockingAssignment(
        of partitions: [KafkaTopicPartition], within limit: Duration
    ) throws(KafkaError) -> [KafkaAssignment] {
        guard !partitions.isEmpty else { return [] }
        let deadline = ContinuousClock.now + limit
        let list = PartitionList()
        for partition in partitions { list.add(partition) }
        let code = unsafe withHandle { handle in
            unsafe rd_kafka_committed(handle, list.pointer, limit.milliseconds)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code: code, while: "asking for committed offsets")
        }
        var result: [KafkaAssignment] = []
        for (partition, offset) in list.offsets() {
            let marks = try blockingWatermarks(of: partition, within: deadline - .now)
            result.append(
                KafkaAssignment(
                    partition: partition, committed: offset >= 0 ? offset : nil, low: marks.low, high: marks.high))
        }
        return result
    }

    func blockingWatermarks(
        of partition: KafkaTopicPartition, within limit: Duration
    ) throws(KafkaError) -> (low: Int64, high: Int64) {
        var (low, high): (Int64, Int64) = (0, 0)
        let code = unsafe withHandle { handle in
            unsafe rd_kafka_query_watermark_offsets(
                handle, partition.topic, partition.partition, &low, &high, limit.milliseconds)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code: code, while: "asking for the offsets of \(partition)")
        }
        return (low, high)
    }
}
