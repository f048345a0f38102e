public import FilmClubModel
public import Postgres

/// The statements that write to the log. They run in the transaction of what the events tell of, after the
/// aggregate's row is locked (its insert or update comes first), or an event's number could be drawn out of order.
public enum EventLog {
    /// Appends all of `drafts`, in order.
    ///
    /// With `condition` only where it holds: a piece of SQL about what the same statement has done, for instance
    /// `EXISTS (SELECT FROM the_order)`. It is also what orders the insert behind the one that locks.
    public static func append(_ drafts: [EventDraft], where condition: SQL = "true") -> SQL {
        """
        /* appendEvents */
        INSERT INTO event_log
            (topic, key, sequence, id, type, schema_version, traceparent, correlation_id, causation_id, body)
        SELECT topic, key, sequence, id, type, schema_version, traceparent, correlation_id, causation_id, body::json
        FROM unnest(
            \(drafts.map(\.topic.name)), \(drafts.map(\.key)), \(drafts.map(\.sequence)), \(drafts.map(\.id)),
            \(drafts.map(\.type.name)), \(drafts.map(\.type.version.description)),
            \(drafts.map(\.cause.trace?.traceparent)), \(drafts.map(\.cause.correlationID)),
            \(drafts.map(\.cause.causationID)), \(drafts.map { String(decoding: $0.body, as: UTF8.self) })
        ) WITH ORDINALITY AS draft
            (topic, key, sequence, id, type, schema_version, traceparent, correlation_id, causation_id, body, position)
        WHERE \(sql: condition)
        ORDER BY position
        """
    }

    /// Asks for events to be published again: for a topic of our own the relay publishes them, for another's
    /// it asks the owner. Part of the transaction of a deadline that found its answer missing.
    public static func requestRepublish(_ wanted: [(topic: Topic, key: String)]) -> SQL {
        """
        /* requestRepublish */
        INSERT INTO relay_request (topic, key)
        SELECT DISTINCT * FROM unnest(\(wanted.map(\.topic.name)), \(wanted.map(\.key)))
        ON CONFLICT (topic, key) DO UPDATE SET requested_at = clock_timestamp()
        """
    }

    /// The key that stands for every key of a topic in a request.
    public static let everyKey = "*"
}
