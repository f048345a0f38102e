internal import CRDKafka

extension KafkaRecord {
    /// Copies a message that librdkafka lends.
    @unsafe init(received message: UnsafePointer<rd_kafka_message_t>) {
        let origin = unsafe message.pointee
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = unsafe rd_kafka_message_timestamp(message, &kind)
        unsafe self.init(
            topic: String(cString: rd_kafka_topic_name(origin.rkt)), partition: origin.partition,
            key: Self.bytes(origin.key, origin.key_len), value: Self.bytes(origin.payload, origin.len),
            headers: Self.headers(of: message),
            timestampMilliseconds: kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : timestamp,
            offset: origin.offset)
    }

    private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return [] }
        var headers: [KafkaHeader] = []
        unsafe headers.reserveCapacity(rd_kafka_header_cnt(list))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while unsafe rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let text = unsafe name
        {
            unsafe headers.append(KafkaHeader(String(cString: text), bytes(value, size)))
        }
        return headers
    }

    private static func bytes(_ pointer: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: pointer, count: count))
    }
}
