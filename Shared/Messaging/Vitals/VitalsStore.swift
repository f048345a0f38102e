internal import FilmClubModel
internal import Postgres

/// What the pulse asks the database: a row of the cursor each time, and now and then what waits.
struct VitalsStore: Sendable {
    let pool: PostgresPool
    let consumer: String

    struct Lease: Sendable {
        let epoch: Int64
        /// Until it runs out; negative when nobody holds it.
        let remainingSeconds: Double
    }

    struct Backlog: Sendable {
        /// At most `VitalsLimits.backlogMax`.
        let events: Int64
        let oldestSeconds: Double
    }

    func lease() async throws -> Lease {
        let row = try await pool.query(
            """
            /* lookAtLease */
            SELECT epoch, extract(epoch FROM greatest(lease_until, 'epoch') - clock_timestamp())::float8 AS remaining
            FROM relay_cursor
            """
        ).one()
        return Lease(epoch: try row.get("epoch"), remainingSeconds: try row.get("remaining"))
    }

    /// Committed and not yet acknowledged by the broker, by the index on xid: what has been published is not touched.
    func backlog() async throws -> Backlog {
        let row = try await pool.query(
            """
            /* countBacklog */
            SELECT count(*) AS events,
                   coalesce(extract(epoch FROM clock_timestamp() - min(time)), 0)::float8 AS oldest
            FROM (
                SELECT log.time FROM relay_cursor AS cursor JOIN event_log AS log
                ON (log.incarnation, log.xid) >= (cursor.from_incarnation, pg_snapshot_xmin(cursor.from_snapshot))
                WHERE (log.incarnation > cursor.from_incarnation
                       OR NOT pg_visible_in_snapshot(log.xid, cursor.from_snapshot))
                  AND (cursor.to_snapshot IS NULL OR log.number > cursor.after_number
                       OR NOT pg_visible_in_snapshot(log.xid, cursor.to_snapshot))
                ORDER BY log.incarnation, log.xid LIMIT \(VitalsLimits.backlogMax)
            ) AS waiting
            """
        ).one()
        return Backlog(events: try row.get("events"), oldestSeconds: try row.get("oldest"))
    }

    /// By reason: how many, and the oldest one's age in seconds.
    func parked() async throws -> [ParkReason: (count: Int64, oldestSeconds: Double)] {
        var parked: [ParkReason: (Int64, Double)] = [:]
        let rows = try await pool.query(
            """
            /* countParked */
            SELECT reason, count(*) AS count, extract(epoch FROM clock_timestamp() - min(parked_at))::float8 AS oldest
            FROM inbox_parked WHERE consumer = \(consumer) GROUP BY reason
            """)
        for row in rows {
            guard let reason = ParkReason(rawValue: try row.get("reason")) else { continue }
            parked[reason] = (try row.get("count"), try row.get("oldest"))
        }
        return parked
    }
}
