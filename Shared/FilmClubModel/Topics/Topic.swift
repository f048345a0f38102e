/// A topic: who writes it, what its messages are, and how a broker keeps it. Every one is created explicitly.
public struct Topic: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Each message is the whole current state of its key; only the last one matters. Compacted.
        case state
        /// Each message is something that happened; all matter, in order. Kept for ever.
        case facts
    }

    /// Fixed for good: another number would send a key's later events to another partition.
    public static let partitions = 8
    /// The largest body of an event.
    public static let bodyBytesMax = 256 * 1_024

    public let name: String
    public let kind: Kind
    /// The only service that writes it; nil where any may.
    public let owner: ServiceName?

    public var description: String { name }

    /// What the broker is told at creation. Replication is the environment's choice.
    public var configuration: [String: String] {
        switch kind {
        case .state: ["cleanup.policy": "compact"]
        case .facts: ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"]
        }
    }

    /// Where copies of this topic's parked messages go.
    public var deadLetters: Topic {
        Topic(name: name + Self.deadLetterSuffix, kind: .facts, owner: nil)
    }

    public var isDeadLetters: Bool { name.hasSuffix(Self.deadLetterSuffix) }

    static let deadLetterSuffix = ".dlt"
}

extension Topic {
    public static let films = Topic(name: "catalog.films.v1", kind: .state, owner: .catalog)
    public static let programmes = Topic(name: "catalog.programmes.v1", kind: .state, owner: .catalog)
    public static let institutions = Topic(name: "checkout.institutions.v1", kind: .state, owner: .checkout)
    public static let carts = Topic(name: "cart.carts.v1", kind: .facts, owner: .cart)
    public static let orders = Topic(name: "checkout.orders.v1", kind: .facts, owner: .checkout)
    public static let entitlements = Topic(
        name: "entitlement.entitlements.v1", kind: .facts, owner: .streamingEntitlement)
    public static let usage = Topic(name: "entitlement.usage.v1", kind: .facts, owner: .streamingEntitlement)
    public static let republish = Topic(name: "filmclub.republish.v1", kind: .facts, owner: nil)

    /// Every topic that carries events.
    public static let all: [Topic] = [
        films, programmes, institutions, carts, orders, entitlements, usage, republish,
    ]

    /// What a broker must have: every topic and its dead letters.
    public static let allWithDeadLetters: [Topic] = all + all.map(\.deadLetters)

    public static func named(_ name: String) -> Topic? {
        allWithDeadLetters.first { $0.name == name }
    }
}
