public import Kafka

/// Where a relay publishes: Kafka, or in tests something that remembers.
public protocol EventPublisher: Sendable {
    /// One result a record, in order. Records of one key must not overtake each other. What could not be handed over
    /// before `deadline` fails, and none of the call's records is sent later.
    func send(
        _ records: [KafkaRecord], before deadline: ContinuousClock.Instant?
    ) async -> [Result<KafkaPosition, KafkaError>]

    /// Gives up what has no answer: it fails, and what was not sent yet never is.
    func abandon() async

    /// Which cluster answers now. Another one than before has to be told everything again.
    func clusterID() async throws(KafkaError) -> String
}

extension EventPublisher {
    /// Without a deadline: for what any process may send at any time.
    public func send(_ records: [KafkaRecord]) async -> [Result<KafkaPosition, KafkaError>] {
        await send(records, before: nil)
    }
}

extension KafkaProducer: EventPublisher {
    public func clusterID() async throws(KafkaError) -> String { try await clusterID(within: .seconds(5)) }
}
