internal import FilmClubModel
internal import Postgres

/// A row of the event log, as it goes out.
struct LoggedEvent: Sendable {
    let number: Int64
    let topic: String
    let envelope: EventEnvelope
    let body: [UInt8]

    var key: String { envelope.subject }
}

extension LoggedEvent {
    /// The columns that `init` reads, by their places: a backlog is a million of them.
    static let columns: SQL = """
        number, topic, key, sequence, id, type, schema_version, time, traceparent, correlation_id, causation_id, body
        """

    init(_ row: Row, source: ServiceName) throws {
        number = try row.get(0)
        topic = try row.get(1)
        let version = try SchemaVersion(stored: row.get(6))
        envelope = EventEnvelope(
            id: try row.get(4), source: source, type: EventType(try row.get(5), version.major, version.minor),
            subject: try row.get(2), time: try row.get(7), sequence: try row.get(3),
            trace: try row.get(8, as: String?.self).map { try TraceContext($0) }, correlationID: try row.get(9),
            causationID: try row.get(10))
        body = try row.get(11, as: JSONText.self).bytes
    }
}

extension SchemaVersion {
    init(stored text: String) throws(InvalidValue) {
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")), let major = Int(text[..<point]),
            let minor = Int(text[text.utf8.index(after: point)...])
        else { throw InvalidValue("\(text) is no schema version.") }
        self.init(major, minor)
    }
}
