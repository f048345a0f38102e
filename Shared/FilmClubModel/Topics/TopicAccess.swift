/// Who may do what with the topics: the one place that says it. Services subscribe by it, and a broker's access rules
/// are made of it.
public struct TopicAccess: Hashable, Sendable {
    public let writes: [Topic]
    public let reads: [Topic]
    /// The consumer group, where there is one.
    public let group: String?
    /// Topics that it may create where they are missing.
    public let creates: [Topic]

    /// Its own topics, requests to others, and copies of what it has parked.
    public init(of service: ServiceName) {
        reads = service.subscriptions + [.republish]
        writes = Topic.all.filter { $0.owner == service } + [.republish] + reads.map(\.deadLetters)
        group = service.text
        creates = []
    }

    private init(creates: [Topic]) {
        writes = []
        reads = []
        group = nil
        self.creates = creates
    }

    /// Whoever sets the house up creates the topics, and neither reads nor writes them.
    public static let ofOperator = TopicAccess(creates: Topic.allWithDeadLetters)
}

extension ServiceName {
    public static let all: [ServiceName] = [.catalog, .cart, .checkout, .streamingEntitlement]

    /// What the service listens to, beside `filmclub.republish.v1`, which all do.
    public var subscriptions: [Topic] {
        switch self {
        case .cart: [.films, .programmes, .institutions, .orders]
        case .checkout: [.films, .programmes, .entitlements]
        case .streamingEntitlement: [.orders, .institutions]
        default: []
        }
    }
}
