public import Kafka

/// Where a relay publishes: Kafka, or in tests something that remembers.
public protocol EventPublisher: Sendable {
    /// One result a record, in order. Records of one key must not overtake each other.
    func send(_ records: [KafkaRecord]) async -> [Result<KafkaPosition, KafkaError>]

    /// Which cluster answers now. Another one than before has to be told everything again.
    func clusterID() async throws(KafkaError) -> String
}

extension KafkaProducer: EventPublisher {
    public func clusterID() async throws(KafkaError) -> String { try await clusterID(within: .seconds(5)) }
}
