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

    struct Element {
        let partition: KafkaTopicPartition
        /// A negative one is logical, such as "none committed".
        let offset: Int64
        let code: rd_kafka_resp_err_t
    }

    var elements: [Element] { unsafe Self.elements(of: pointer) }

    @unsafe static func elements(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [Element] {
        guard let list = unsafe list else { return [] }
        return (0..<Int(unsafe list.pointee.cnt)).map { index in
            let element = unsafe list.pointee.elems[index]
            let topic = unsafe String(cString: element.topic)
            return unsafe Element(
                partition: KafkaTopicPartition(topic: topic, partition: element.partition), offset: element.offset,
                code: element.err)
        }
    }
}
