/// "Publish this key of this topic again", or every key of it: how a consumer asks for what it has missed.
public struct RepublishRequested: EventBody {
    public static let type = EventType("RepublishRequested")
    public static let topic = Topic.republish

    /// The topic's name.
    public var topic: String
    /// Nil asks for every key.
    public var topicKey: String?
    /// Who asks.
    public var requester: ServiceName
    /// Events up to and including this sequence are not needed; nil asks for all.
    public var afterSequence: Int64?

    public init(topic: String, topicKey: String?, requester: ServiceName, afterSequence: Int64? = nil) {
        self.topic = topic
        self.topicKey = topicKey
        self.requester = requester
        self.afterSequence = afterSequence
    }

    /// Topic and key, and who asks: each asking service numbers its own requests, so two must not share a key.
    public var key: String { "\(topic)/\(topicKey ?? "*")/\(requester)" }
}
