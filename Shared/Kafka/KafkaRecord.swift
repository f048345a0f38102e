/// A header of a record. The same name may come more than once; the order is kept.
public struct KafkaHeader: Sendable, Hashable {
    public var name: String
    /// `nil` is Kafka's null, which is not the empty value.
    public var value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
}

/// A record to be sent, or one that was received.
public struct KafkaRecord: Sendable, Hashable {
    public var topic: String
    /// To be sent: `nil` lets the key decide (murmur2, as the Java client does). Received: never nil.
    public var partition: Int32?
    public var key: [UInt8]?
    /// `nil` is a tombstone.
    public var value: [UInt8]?
    public var headers: [KafkaHeader]
    /// Milliseconds since 1970 UTC. To be sent: `nil` is now. Received: `nil` where the broker keeps none.
    public var timestampMilliseconds: Int64?
    /// Received only.
    public var offset: Int64?

    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = [],
        timestampMilliseconds: Int64? = nil, offset: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMilliseconds = timestampMilliseconds
        self.offset = offset
    }

    /// The first header of that name.
    public func header(_ name: String) -> [UInt8]? { headers.first { $0.name == name }?.value }
}

/// One partition of a topic.
public struct KafkaTopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    public var description: String { "\(topic)[\(partition)]" }
}

/// Where the broker has put a record, acknowledged by all replicas in sync.
public struct KafkaPosition: Sendable, Hashable {
    public let partition: Int32
    /// `nil` where the broker had the record already, from a request whose answer was lost.
    public let offset: Int64?

    public init(partition: Int32, offset: Int64?) {
        self.partition = partition
        self.offset = offset
    }
}

/// What a consumer holds at a time: records by topic, partition and offset, in that order.
public struct KafkaBatch: Sendable {
    /// A stretch of one partition.
    public struct Stretch: Sendable {
        public let partition: KafkaTopicPartition
        public let records: Range<Int>
        public let firstOffset: Int64
        public let lastOffset: Int64
    }

    public let records: [KafkaRecord]
    /// One entry a partition that has records here, in the records' order.
    public let stretches: [Stretch]
    /// Rises with each new assignment of partitions to this consumer: what was learned about the previous
    /// one (first offsets, watermarks) is to be asked again.
    public let assignment: Int
    let number: Int

    /// `records` as they came, each with its partition and offset.
    init(arrived: [KafkaRecord], assignment: Int, number: Int) {
        // Not stable by itself, but no two records are equal in all three.
        records = arrived.sorted { Self.place($0) < Self.place($1) }
        self.assignment = assignment
        self.number = number
        var stretches: [Stretch] = []
        var start = records.startIndex
        while start < records.endIndex {
            let partition = records[start].origin
            let end = records[start...].firstIndex { $0.origin != partition } ?? records.endIndex
            stretches.append(
                Stretch(
                    partition: partition, records: start..<end, firstOffset: records[start].offset ?? 0,
                    lastOffset: records[end - 1].offset ?? 0))
            start = end
        }
        self.stretches = stretches
    }

    private static func place(_ record: KafkaRecord) -> (String, Int32, Int64) {
        (record.topic, record.partition ?? -1, record.offset ?? -1)
    }
}

extension KafkaRecord {
    var origin: KafkaTopicPartition { KafkaTopicPartition(topic: topic, partition: partition ?? -1) }
}
