public import FilmClubModel
import JSON
public import Messaging
public import Postgres
public import ServiceShell
public import TestSupport

/// What a service under test stands on: a database of its own with the service's schema, an identity provider, and a
/// log and metrics that can be read. No broker: events are handed to the service's handler, and what it would publish
/// is read from its event log.
public struct ServiceGround: Sendable {
    public let database: TestDatabase
    public let pool: PostgresPool
    public let identity: TestIdentity
    public let recorder: LogRecorder
    public let log: Log
    public let metrics: Metrics

    /// Lends it, and drops the database afterwards.
    public static func with(_ migrations: [MigrationSet], _ body: (ServiceGround) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await Migrations.apply([messagingMigrations] + migrations, with: pool)
            let recorder = LogRecorder()
            try await body(
                ServiceGround(
                    database: database, pool: pool, identity: TestIdentity(), recorder: recorder,
                    log: Log(to: recorder, level: .debug), metrics: Metrics()))
        }
    }

    /// The same ground by another pool, as another process has one.
    public func with(_ pool: PostgresPool) -> ServiceGround {
        ServiceGround(
            database: database, pool: pool, identity: identity, recorder: recorder, log: log, metrics: metrics)
    }

    public func authenticator() throws -> Authenticator { try identity.authenticator(log: log, metrics: metrics) }

    // MARK: - Events

    /// An event as it comes out of the inbox.
    public func event(
        _ body: some EventBody, sequence: Int64 = 1, from source: ServiceName = .catalog
    ) throws -> InboxEvent {
        let envelope = EventEnvelope(
            id: .generate(now: .now()), source: source, type: type(of: body).type, subject: body.key, time: .now(),
            sequence: sequence, trace: .root(), correlationID: .generate(now: .now()))
        return InboxEvent(
            topic: type(of: body).topic, envelope: envelope, body: try JSON.encode(body), origin: "test")
    }

    /// Hands events to the service's handler, all of them in one transaction.
    public func apply(_ events: [InboxEvent], by handler: some EventHandler) async throws {
        try await pool.withTransaction { try await handler.apply(events, in: $0) }
    }

    /// What the log says of a key, from sequence 1 on; of every key in the order of writing where none is named.
    public func logged(_ topic: Topic, _ key: String) async throws -> [WrittenEvent] {
        try await pool.query(
            """
            SELECT \(sql: WrittenEvent.columns) FROM event_log
            WHERE topic = \(topic.name) AND key = \(key) ORDER BY sequence
            """
        ).map { try WrittenEvent($0) }
    }

    /// Everything the log says, in the order of writing.
    public func logged() async throws -> [WrittenEvent] {
        try await pool.query("SELECT \(sql: WrittenEvent.columns) FROM event_log ORDER BY number")
            .map { try WrittenEvent($0) }
    }

    /// How many rows every table has: the same before and after what must change nothing.
    public func counts() async throws -> [String: Int64] {
        let tables = try await pool.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            .map { try $0.get("tablename", as: String.self) }
        var counts: [String: Int64] = [:]
        for table in tables { counts[table] = try await count(table) }
        return counts
    }

    public func count(_ table: String) async throws -> Int64 {
        try await pool.query("SELECT count(*) FROM \(identifier: table)").one().get(0)
    }
}

/// A row of the event log.
public struct WrittenEvent: Sendable {
    public let topic: String
    public let key: String
    public let sequence: Int64
    public let type: String
    public let body: [UInt8]
    public let correlation: CorrelationID?
    public let causation: EventID?

    static let columns: SQL = "topic, key, sequence, type, body, correlation_id, causation_id"

    init(_ row: Row) throws {
        topic = try row.get("topic")
        key = try row.get("key")
        sequence = try row.get("sequence")
        type = try row.get("type")
        body = try row.get("body", as: JSONText.self).bytes
        correlation = try row.get("correlation_id")
        causation = try row.get("causation_id")
    }
}
