internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import StreamingEntitlementDomain

// How an entitlement stands in its row.

extension Entitlement {
    static let columns: SQL = """
        entitlements.id, entitlements.order_id, entitlements.line_id, entitlements.institution_id,
        entitlements.film_id, entitlements.territory, entitlements.opens_at, entitlements.closes_at,
        entitlements.concurrent_sessions_max, entitlements.state
        """

    init(_ row: Row) throws {
        guard let state = EntitlementState(rawValue: try row.get("state")) else {
            throw UnreadableRow("an entitlement is in a state that this build does not know")
        }
        guard let window = ScreeningWindow(opensAt: try row.get("opens_at"), closesAt: try row.get("closes_at")) else {
            throw UnreadableRow("an entitlement's window closes before it opens")
        }
        let sessionsMax = try row.get("concurrent_sessions_max", as: Int64?.self)
        self.init(
            id: try row.get("id"), orderId: try row.get("order_id"), lineId: try row.get("line_id"),
            institutionId: try row.get("institution_id"), filmId: try row.get("film_id"),
            territory: try row.get("territory"), window: window,
            caps: Caps(concurrentSessionsMax: sessionsMax.map { Int(clamping: $0) }), state: state)
    }
}
