internal import FilmClubModel
internal import FoundationEssentials
internal import Postgres

/// The relay's SQL. It reads and writes the primary only: a replica's snapshots mean nothing here.
struct RelayStore: Sendable {
    let pool: PostgresPool
    let service: ServiceName

    /// The right to publish, as long as `epoch` is the row's.
    struct Lease: Sendable {
        let epoch: Int64
        /// Of the data, as it was when the lease was taken: a restore ends every connection, and so every lease.
        let incarnation: Int32
        var cursor: RelayCursor
        /// Where the row stands, as far as this process knows.
        var saved: RelayCursor
    }

    // MARK: - Lease and cursor

    /// Takes the lease if nobody else holds it, and raises the epoch: whoever held it before can no longer write.
    /// - Parameter holder: names this process in this life; it may take its own lease anew after a failure.
    func acquireLease(holder: String, for seconds: Int32) async throws -> Lease? {
        try await Self.checkIncarnation(pool)
        let rows = try await pool.query(
            """
            /* acquireRelayLease */
            UPDATE relay_cursor
            SET epoch = epoch + 1, holder = \(holder),
                lease_until = clock_timestamp() + make_interval(secs => \(seconds))
            WHERE lease_until < clock_timestamp() OR holder = \(holder)
            RETURNING epoch, current_incarnation() AS incarnation, cluster_id, from_incarnation, from_snapshot::text, to_snapshot::text, after_number
            """)
        guard let row = rows.first else { return nil }
        let cursor = RelayCursor(
            clusterID: try row.get("cluster_id"), fromIncarnation: try row.get("from_incarnation"),
            from: Snapshot(text: try row.get("from_snapshot")),
            to: try row.get("to_snapshot", as: String?.self).map(Snapshot.init), after: try row.get("after_number"))
        return Lease(
            epoch: try row.get("epoch"), incarnation: try row.get("incarnation"), cursor: cursor, saved: cursor)
    }

    /// Writes the cursor and renews the lease in the same statement: false if another one has taken over, or if the row
    /// is not where this process left it.
    ///
    /// Not waited for on the disk: a server that crashes may lose the last moves, after which their pages are published
    /// again. The epoch is taken with a wait, so that what is lost can let nobody write who has lost the lease. A crash
    /// that was not noticed must not leave a cursor in memory either: its snapshots may name transactions that never
    /// were, whose xids others get.
    func save(_ lease: Lease, for seconds: Int32) async throws -> Bool {
        let (cursor, saved) = (lease.cursor, lease.saved)
        return try await pool.query(
            """
            /* saveRelayCursor */
            WITH unsynced AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            UPDATE relay_cursor
            SET lease_until = clock_timestamp() + make_interval(secs => \(seconds)),
                cluster_id = \(cursor.clusterID), from_incarnation = \(cursor.fromIncarnation),
                from_snapshot = \(cursor.from.text)::pg_snapshot, to_snapshot = \((cursor.to?.text) as String?)::pg_snapshot,
                after_number = \(cursor.after)
            FROM unsynced
            WHERE epoch = \(lease.epoch) AND cluster_id = \(saved.clusterID)
              AND from_incarnation = \(saved.fromIncarnation) AND from_snapshot::text = \(saved.from.text)
              AND to_snapshot::text IS NOT DISTINCT FROM \((saved.to?.text) as String?)::text
              AND after_number = \(saved.after)
            """
        ).affected == 1
    }

    /// Lets the next process take over at once.
    func releaseLease(epoch: Int64) async throws {
        _ = try await pool.query(
            "UPDATE relay_cursor SET lease_until = '-infinity', holder = '' WHERE epoch = \(epoch)")
    }

    /// Keeps the lease while nothing can be published: false if another one has taken over.
    func renewLease(epoch: Int64, for seconds: Int32) async throws -> Bool {
        try await pool.query(
            """
            /* renewRelayLease */
            UPDATE relay_cursor SET lease_until = clock_timestamp() + make_interval(secs => \(seconds))
            WHERE epoch = \(epoch)
            """
        ).affected == 1
    }

    /// Raises the incarnation where the data lives in another cluster than it did. Called before anything is
    /// written in a process's life and at every new lease.
    ///
    /// A difference that was in hand is begun anew: its pinned end says nothing about the new cluster's xids, and
    /// as the next `from` it would hide their rows.
    static func checkIncarnation(_ pool: PostgresPool) async throws {
        _ = try await pool.query(
            """
            /* checkIncarnation */
            WITH raised AS (
                UPDATE event_incarnation
                SET incarnation = incarnation + 1, system_identifier = control.system_identifier
                FROM pg_control_system() AS control
                WHERE event_incarnation.system_identifier <> control.system_identifier
                RETURNING incarnation
            )
            UPDATE relay_cursor SET to_snapshot = NULL, after_number = 0 FROM raised
            """)
    }

    // MARK: - Reading the log

    /// Pins the end of a new difference and finds the lowest number in it, nil if it is empty: by the index on
    /// xid, or, behind an older incarnation, over all of the later ones. `number + 0` keeps the planner from
    /// walking the whole log by number instead.
    func pin(after cursor: RelayCursor) async throws -> (snapshot: Snapshot, lowest: Int64?) {
        let row = try await pool.query(
            """
            /* pinSnapshot */
            SELECT pg_current_snapshot()::text AS snapshot, least((
                SELECT min(number + 0) FROM event_log
                WHERE incarnation = \(cursor.fromIncarnation)
                  AND xid >= pg_snapshot_xmin(\(cursor.from.text)::pg_snapshot)
                  AND NOT pg_visible_in_snapshot(xid, \(cursor.from.text)::pg_snapshot)
            ), (
                SELECT min(number + 0) FROM event_log WHERE incarnation > \(cursor.fromIncarnation)
            )) AS lowest
            """
        ).one()
        return (Snapshot(text: try row.get("snapshot")), try row.get("lowest"))
    }

    /// The next rows of the difference, by number.
    func page(of lease: Lease, to: Snapshot, limit: Int32) async throws -> [LoggedEvent] {
        let cursor = lease.cursor
        return try await events(
            """
            number > \(cursor.after)
            AND (incarnation < \(lease.incarnation) OR pg_visible_in_snapshot(xid, \(to.text)::pg_snapshot))
            AND (incarnation > \(cursor.fromIncarnation)
                 OR (incarnation = \(cursor.fromIncarnation)
                     AND NOT pg_visible_in_snapshot(xid, \(cursor.from.text)::pg_snapshot)))
            ORDER BY number LIMIT \(limit)
            """)
    }

    /// A key's events from the first on.
    func events(topic: String, key: String, afterSequence sequence: Int64, limit: Int32) async throws -> [LoggedEvent] {
        try await events(
            """
            topic = \(topic) AND key = \(key) AND sequence > \(sequence)
            ORDER BY sequence LIMIT \(limit)
            """)
    }

    /// All of a topic's events, by number.
    func events(topic: String, afterNumber number: Int64, limit: Int32) async throws -> [LoggedEvent] {
        try await events("topic = \(topic) AND number > \(number) ORDER BY number LIMIT \(limit)")
    }

    private func events(_ condition: SQL) async throws -> [LoggedEvent] {
        let rows = try await pool.query(
            """
            /* readEventLog */
            SELECT \(sql: LoggedEvent.columns) FROM event_log WHERE \(sql: condition)
            """)
        return try rows.map { try LoggedEvent($0, source: service) }
    }

    // MARK: - Requests to publish again

    struct Request: Hashable, Sendable {
        let topic: String
        let key: String
        /// Also the request's identity: one that is made again while it is carried out must not be deleted.
        let requestedAt: Instant
    }

    func requests(limit: Int32) async throws -> [Request] {
        try await pool.query(
            "SELECT topic, key, requested_at FROM relay_request ORDER BY requested_at LIMIT \(limit)"
        ).map {
            Request(topic: try $0.get("topic"), key: try $0.get("key"), requestedAt: try $0.get("requested_at"))
        }
    }

    /// Requests what a service's own query yields: topic and key.
    func request(_ wanted: SQL) async throws {
        _ = try await pool.query(
            """
            /* requestUnfinished */
            INSERT INTO relay_request (topic, key) \(sql: wanted) ON CONFLICT (topic, key) DO NOTHING
            """)
    }

    /// The next sequence of our own requests under `key` of filmclub.republish.v1.
    func nextRequestNumber(_ key: String) async throws -> Int64 {
        try await pool.query(
            """
            /* nextRequestNumber */
            INSERT INTO relay_asked (key, sequence) VALUES (\(key), 1)
            ON CONFLICT (key) DO UPDATE SET sequence = relay_asked.sequence + 1
            RETURNING sequence
            """
        ).one().get("sequence")
    }

    /// Tells the process that holds the lease. Not in the order's own transaction: NOTIFY takes a lock that
    /// lets one commit pass at a time, which halves the rate of orders.
    func notifyHolder() async throws {
        _ = try await pool.query(
            """
            /* notifyRelay */
            SELECT set_config('synchronous_commit', 'off', true), pg_notify(\(Self.channel), '')
            """)
    }

    static let channel = "event_log"

    func delete(_ requests: [Request]) async throws {
        _ = try await pool.query(
            """
            DELETE FROM relay_request USING unnest(
                \(requests.map(\.topic)), \(requests.map(\.key)), \(requests.map(\.requestedAt))
            ) AS done (topic, key, requested_at)
            WHERE relay_request.topic = done.topic AND relay_request.key = done.key
              AND relay_request.requested_at = done.requested_at
            """)
    }
}
