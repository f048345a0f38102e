public import FilmClubModel
internal import JSON
internal import Kafka

/// An event as a handler gets it: its envelope was read, its turn has come, its effect is not committed yet.
public struct InboxEvent: Sendable {
    public let topic: Topic
    public let envelope: EventEnvelope
    public let body: [UInt8]
    /// Where it was read: topic, partition and offset.
    let origin: String

    /// `package`: tests hand events to a handler as if an inbox had read them. Not `@testable`, which a release build of
    /// all targets refuses.
    package init(topic: Topic, envelope: EventEnvelope, body: [UInt8], origin: String) {
        self.topic = topic
        self.envelope = envelope
        self.body = body
        self.origin = origin
    }

    /// The body as the type that the envelope names. A higher minor version's additions are ignored. A body that
    /// belongs under another key is refused: it would take effect out of the sequence of its own.
    public func decode<Body: EventBody>(_ type: Body.Type = Body.self) throws -> Body {
        let decoded = try JSON.decode(Body.self, from: body)
        guard decoded.key == envelope.subject else { throw MisplacedEvent(key: envelope.subject, belongs: decoded.key) }
        return decoded
    }

    /// Whether the envelope names `Body`'s type: handlers ignore the types they have no use for.
    public func carries<Body: EventBody>(_ type: Body.Type) -> Bool { envelope.type.name == Body.type.name }

    var key: TopicKey { TopicKey(topic: topic, key: envelope.subject) }

    /// As its handler gets it: placed in a step of its own, which what follows from the event names as its parent.
    var asStep: InboxEvent {
        var envelope = envelope
        envelope.trace = envelope.trace?.child()
        return InboxEvent(topic: topic, envelope: envelope, body: body, origin: origin)
    }
}

/// A message as an inbox gets it: readable, or to be parked at once.
enum InboxMessage: Sendable {
    case event(InboxEvent)
    case unreadable(UnreadableRecord)

    /// Reads a record. The Kafka key, if there is one, must be the envelope's subject: partitions go by the one,
    /// watermarks by the other.
    init(_ record: KafkaRecord, topic: Topic) {
        do {
            self = .event(try InboxEvent(record, topic: topic))
        } catch {
            self = .unreadable(error)
        }
    }
}

extension InboxEvent {
    fileprivate init(_ record: KafkaRecord, topic: Topic) throws(UnreadableRecord) {
        func unreadable(_ detail: String, _ envelope: EventEnvelope? = nil) -> UnreadableRecord {
            UnreadableRecord(record: record, topic: topic, envelope: envelope, detail: detail)
        }
        guard let body = record.value else { throw unreadable("The record has no value.") }
        guard body.count <= Topic.bodyBytesMax else { throw unreadable("The body is too large.") }
        let envelope: EventEnvelope
        do throws(EnvelopeError) {
            envelope = try EventEnvelope(
                headers: record.headers.compactMap { header in header.value.map { (header.name, $0) } })
        } catch {
            throw unreadable(error.description)
        }
        guard record.key.map({ $0.elementsEqual(envelope.subject.utf8) }) ?? false else {
            throw unreadable("The record's key is not its ce_subject.")
        }
        if case .refused(let reason) = envelope.type.acceptance { throw unreadable(reason, envelope) }
        self.init(topic: topic, envelope: envelope, body: body, origin: record.place)
    }
}

/// A message without a valid envelope (it parks alone), or of a major version that this build cannot read (its key
/// waits behind it).
struct UnreadableRecord: Error {
    let record: KafkaRecord
    let topic: Topic
    let envelope: EventEnvelope?
    let detail: String
}

/// What a watermark belongs to.
struct TopicKey: Hashable, Sendable, Comparable {
    let topic: Topic
    let key: String

    static func < (left: TopicKey, right: TopicKey) -> Bool {
        (left.topic.name, left.key) < (right.topic.name, right.key)
    }
}

extension KafkaRecord {
    /// For people: `checkout.orders.v1/3/1042`.
    var place: String { "\(topic)/\(partition ?? -1)/\(offset ?? -1)" }
}

/// An event's body names another key than its envelope.
struct MisplacedEvent: Error, CustomStringConvertible {
    let key: String
    let belongs: String
    var description: String { "The event stands under the key \(key), and its body belongs under \(belongs)." }
}
