internal import FoundationEssentials
public import Kafka

/// A Kafka broker for a test. Names are unique, so that tests share a broker without meeting each other.
public struct TestBroker: Sendable, CustomStringConvertible {
    public let configuration: KafkaConfiguration
    /// The broker in this process; `nil` for one that was there before the tests.
    public let embedded: EmbeddedBroker?

    public var description: String { embedded == nil ? "outside broker" : "embedded broker" }

    /// The one embedded broker that all tests of this process share. It lives as long as the process.
    public static func shared() throws -> TestBroker { try sharedBroker.get() }

    /// An embedded broker of the test's own, to be taken down, replaced or otherwise maltreated.
    /// `embedded?.stop()` ends it.
    public static func own(brokers: Int = 1) throws -> TestBroker {
        let broker = try EmbeddedBroker.start(brokers: brokers)
        return TestBroker(
            configuration: KafkaConfiguration(bootstrapServers: broker.bootstrapServers), embedded: broker)
    }

    /// The kinds of broker that a promise is tried on: the embedded one always, and the one that
    /// `FILMCLUB_TEST_KAFKA` names (bootstrap servers) if it is set.
    public enum Kind: String, Sendable, CaseIterable {
        case embedded, outside

        public static var available: [Kind] { outsideServers == nil ? [.embedded] : [.embedded, .outside] }

        public func broker() throws -> TestBroker {
            switch self {
            case .embedded: return try TestBroker.shared()
            case .outside:
                let servers = outsideServers ?? ""
                return TestBroker(configuration: KafkaConfiguration(bootstrapServers: servers), embedded: nil)
            }
        }
    }

    /// Creates a topic whose name no other test has.
    public func createTopic(
        _ name: String = "topic", partitions: Int = 8, settings: [String: String] = [:]
    ) async throws -> String {
        let unique = Self.uniqueName(name)
        if let embedded {
            try embedded.createTopic(unique, partitions: partitions)
        } else {
            let spec = KafkaTopicSpec(name: unique, partitions: partitions, settings: settings)
            for outcome in try await KafkaAdmin(configuration).createTopics([spec]) {
                if case .failed(let error) = outcome.result { throw error }
            }
        }
        return unique
    }

    /// For topics and groups.
    public static func uniqueName(_ name: String) -> String { "\(name).\(UUID().uuidString.lowercased())" }
}

private let outsideServers: String? = {
    let value = environment("FILMCLUB_TEST_KAFKA")
    return value?.isEmpty == true ? nil : value
}()

private let sharedBroker = Result { try TestBroker.own() }
