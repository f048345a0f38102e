internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import StreamingEntitlementDomain

/// Computes windows where time zones are known: in PostgreSQL, by its own copy of the time zone database.
enum ScreeningWindows {
    /// A window for each order, in their sequence: from `begin` on for so many of the institution's local days, to the
    /// same time of day by its own clocks. A week with a change to summer time has 167 hours, and one back 169.
    ///
    /// - Parameter begin: a piece of SQL, so that it is the database's clock that says when.
    static func select(_ orders: [OrderConfirmed], from begin: SQL = "now()") -> SQL {
        """
        /* computeWindows */
        SELECT opens_at, (opens_at AT TIME ZONE zone + make_interval(days => days)) AT TIME ZONE zone AS closes_at
        FROM (SELECT \(sql: begin) AS opens_at) AS begin,
             unnest(\(orders.map(\.timeZone)), \(orders.map { Int32($0.windowDays) }))
             WITH ORDINALITY AS wanted (zone, days, position)
        ORDER BY position
        """
    }

    static func window(_ row: Row) throws -> ScreeningWindow {
        let (opensAt, closesAt) = try row.decode(Instant.self, Instant.self)
        guard let window = ScreeningWindow(opensAt: opensAt, closesAt: closesAt) else {
            throw UnreadableRow("a window closes before it opens")
        }
        return window
    }
}
