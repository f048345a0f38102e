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
    /// The columns that `init` reads.
    static let columns: SQL = """
        number, topic, key, sequence, id, type, schema_version, time, traceparent, correlation_id, causation_id, body
        """

    init(_ row: Row, source: ServiceName) throws {
        let version = try SchemaVersion(stored: row.get("schema_version"))
        number = try row.get("number")
        topic = try row.get("topic")
        envelope = EventEnvelope(
            id: try row.get("id"), source: source,
            type: EventType(try row.get("type"), version.major, version.minor), subject: try row.get("key"),
            time: try row.get("time"), sequence: try row.get("sequence"),
            trace: try row.get("traceparent", as: String?.self).map { try TraceContext($0) },
            correlationID: try row.get("correlation_id"), causationID: try row.get("causation_id"))
        body = try row.get("body", as: JSONText.self).bytes
    }
}

extension SchemaVersion {
    init(stored text: String) throws(InvalidValue) {
        let parts = text.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 2 else { throw InvalidValue("\(text) is no schema version.") }
        self.init(parts[0], parts[1])
    }
}
