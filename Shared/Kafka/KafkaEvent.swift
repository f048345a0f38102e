/// What a client tells besides the results of its calls: for logs and metrics. Called on the loop's thread.
public enum KafkaEvent: Sendable {
    /// librdkafka's own log line; `level` is syslog's (3 error … 7 debug).
    case log(level: Int, facility: String, message: String)
    /// librdkafka's statistics document, if `extra["statistics.interval.ms"]` asks for it.
    case statistics(json: String)
    /// Something failed that the client goes on from by itself.
    case failure(KafkaError)
    /// No broker can be reached. A bootstrap file is read again from now on.
    case brokersDown
    /// A new client was made inside: after a fatal error, or for another broker in the bootstrap file.
    case renewed(because: KafkaError)
    /// The broker at the same address is another one now: what was written to the old one is not in it.
    case clusterChanged(from: String, to: String)
    /// The group gave this consumer these partitions (all that it has).
    case assigned([KafkaTopicPartition])
    /// The group took all partitions from this consumer; an `assigned` follows unless it is closing.
    case revoked([KafkaTopicPartition])
}

public typealias KafkaEventHandler = @Sendable (KafkaEvent) -> Void
