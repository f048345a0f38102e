internal import FilmClubModel
internal import JSON
internal import Kafka
internal import Postgres

enum ParkReason: String, Sendable, CaseIterable {
    case gap, poison, unreadable
}

/// A row of inbox_parked.
struct ParkedMessage: Sendable {
    let topic: Topic
    /// Nil where there is no valid envelope: it parks alone.
    let key: String?
    let sequence: Int64?
    let reason: ParkReason
    let detail: String
    let attempts: Int32
    /// `[["ce_id","…"],…]`
    let headers: String
    let body: [UInt8]
    let origin: String
    /// As they came, for the copy.
    private let originalHeaders: [KafkaHeader]

    init(_ event: InboxEvent, reason: ParkReason, detail: String, attempts: Int32) {
        topic = event.topic
        key = event.envelope.subject
        sequence = event.envelope.sequence
        self.reason = reason
        self.detail = Self.detail(detail)
        self.attempts = attempts
        originalHeaders = event.envelope.headers.map { KafkaHeader($0.name, $0.value) }
        headers = Self.text(event.envelope.headers)
        body = event.body
        origin = event.origin
    }

    init(_ unreadable: UnreadableRecord) {
        topic = unreadable.topic
        key = unreadable.envelope?.subject
        sequence = unreadable.envelope?.sequence
        reason = .unreadable
        detail = Self.detail(unreadable.detail)
        attempts = 1
        originalHeaders = unreadable.record.headers
        headers = Self.text(unreadable.record.headers.map { ($0.name, $0.value ?? []) })
        body = unreadable.record.value ?? []
        origin = unreadable.record.place
    }

    /// Bytes that are no UTF-8, and U+0000, which PostgreSQL's json cannot hold, become U+FFFD.
    private static func text(_ headers: [EventHeader]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for (name, value) in headers {
            writer.beginArray()
            writer.string(storable(Array(name.utf8)))
            writer.string(storable(value))
            writer.endArray()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// A reason may quote what was sent to us, NUL and all, and be as long.
    private static func detail(_ text: String) -> String { storable(Array(text.utf8.prefix(detailBytesMax))) }

    static let detailBytesMax = 2_000

    private static func storable(_ bytes: [UInt8]) -> String {
        String(String(decoding: bytes, as: UTF8.self).map { $0 == "\0" ? "\u{FFFD}" : $0 })
    }

    /// The event of a row that waits for its turn.
    static func event(_ row: Row, topic: Topic) throws -> InboxEvent {
        let headers = try JSON.decode([[String]].self, from: row.get("headers", as: JSONText.self).bytes)
        return InboxEvent(
            topic: topic,
            envelope: try EventEnvelope(
                headers: headers.filter { $0.count == 2 }.map { ($0[0], Array($0[1].utf8)) }),
            body: try row.get("body", as: Bytea.self).bytes, origin: try row.get("origin"))
    }

    /// The copy for `<topic>.dlt`: the message as it came, with the reason.
    func deadLetter(consumer: String) -> KafkaRecord {
        KafkaRecord(
            topic: topic.deadLetters.name, key: key.map { Array($0.utf8) }, value: body,
            headers: originalHeaders + [
                KafkaHeader("dlt_consumer", consumer), KafkaHeader("dlt_reason", reason.rawValue),
                KafkaHeader("dlt_detail", detail), KafkaHeader("dlt_attempts", "\(attempts)"),
                KafkaHeader("dlt_origin", origin),
            ])
    }
}
