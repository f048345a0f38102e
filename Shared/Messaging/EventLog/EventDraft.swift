public import FilmClubModel
internal import JSON

/// What an event follows from, and whose work it belongs to.
public struct EventCause: Sendable {
    /// The same in every event of one piece of work; begun by the request that began it.
    public let correlationID: CorrelationID
    /// The event this one answers; nil where a request began it.
    public let causationID: EventID?
    /// The step that writes the event, which those that apply it follow.
    public let trace: TraceContext?

    /// A request from outside began it.
    public init(correlationID: CorrelationID, trace: TraceContext?) {
        self.correlationID = correlationID
        causationID = nil
        self.trace = trace
    }

    /// `event` began it: the same work, and the step of its trace that applies it (the inbox sets it).
    public init(following event: EventEnvelope) {
        correlationID = event.correlationID ?? CorrelationID(event.id.uuid)
        causationID = event.id
        trace = event.trace
    }
}

/// An event about to be written to the log, in the transaction of what it tells of.
public struct EventDraft: Sendable {
    public let id: EventID
    public let topic: Topic
    public let key: String
    /// 1…k within (topic, key): the aggregate's own count, kept in its row and raised under its lock.
    public let sequence: Int64
    public let type: EventType
    public let body: [UInt8]
    public let cause: EventCause

    /// Throws if `body` can't be written as JSON or is larger than a topic takes.
    public init<Body: EventBody>(_ body: Body, sequence: Int64, cause: EventCause, now: Instant) throws {
        try self.init(body, as: try JSON.encode(body), sequence: sequence, cause: cause, now: now)
    }

    /// The same where `body` is written already: `json` are the bytes that `JSON.encode` would give.
    public init<Body: EventBody>(
        _ body: Body, as json: [UInt8], sequence: Int64, cause: EventCause, now: Instant
    ) throws(EventTooLarge) {
        id = .generate(now: now)
        topic = Body.topic
        key = body.key
        self.sequence = sequence
        type = Body.type
        self.body = json
        self.cause = cause
        guard self.body.count <= Topic.bodyBytesMax else {
            throw EventTooLarge(type: Body.type, bytes: self.body.count)
        }
    }
}

/// An event's body is larger than `Topic.bodyBytesMax`.
public struct EventTooLarge: Error, CustomStringConvertible {
    public let type: EventType
    public let bytes: Int

    public var description: String {
        "\(type) has \(bytes) bytes; an event has at most \(Topic.bodyBytesMax)."
    }
}
