internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Withholds what orders let be watched: for good where they were cancelled or refunded, until further notice where they
/// are unpaid, and gives that back. New sessions fail from the commit on, and running ones as soon as the gates have
/// heard of it, which the commit tells them.
struct WithholdEntitlements: Sendable {
    enum Change: Sendable {
        /// For good. Reasons are kebab-case words.
        case end(reason: String)
        case suspend(reason: String)
        case reinstate
    }

    typealias Told = (envelope: EventEnvelope, orderId: OrderID, change: Change)

    let now: @Sendable () -> Instant
    let meters: StreamingMeters
    let log: Log

    /// In the order given: what was suspended and paid in one batch is granted again.
    func callAsFunction(_ told: [Told], in transaction: PostgresTransaction) async throws {
        let ids = Set(told.map(\.orderId)).sorted()
        let rows = try await transaction.unit([
            """
            /* holdOrders */
            SELECT id, event_sequence, is_closed FROM orders WHERE id = ANY(\(ids)) ORDER BY id FOR UPDATE
            """,
            """
            /* holdEntitlements */
            SELECT \(sql: Entitlement.columns) FROM entitlements
            WHERE order_id = ANY(\(ids)) ORDER BY order_id, position FOR UPDATE
            """,
        ])
        var orders: [OrderID: (sequence: Int64, isClosed: Bool)] = [:]
        for row in rows[0] {
            orders[try row.get("id")] = (try row.get("event_sequence"), try row.get("is_closed"))
        }
        var held = Dictionary(grouping: try rows[1].map { try Entitlement($0) }, by: \.orderId)
        var changed: [EntitlementID: EntitlementState] = [:]
        var drafts: [EventDraft] = []
        for (envelope, id, change) in told {
            // An order that was never confirmed has nothing here.
            guard var order = orders[id] else { continue }
            if case .end = change { order.isClosed = true }
            for index in (held[id] ?? []).indices {
                guard let event = held[id]?[index].apply(change), let entitlement = held[id]?[index] else { continue }
                order.sequence += 1
                drafts.append(
                    try event.draft(sequence: order.sequence, cause: EventCause(following: envelope), now: now()))
                changed[entitlement.id] = entitlement.state
            }
            orders[id] = order
        }
        _ = try await transaction.unit(Self.statements(orders, changed, telling: drafts))
        meters.revoked.increment(by: changed.values.count { $0 == .revoked })
        for (_, id, change) in told { note(change, of: id) }
    }

    private static func statements(
        _ orders: [OrderID: (sequence: Int64, isClosed: Bool)], _ changed: [EntitlementID: EntitlementState],
        telling drafts: [EventDraft]
    ) -> [SQL] {
        let orders = orders.sorted { $0.key < $1.key }
        let save: SQL = """
            /* saveWithheldOrders */
            UPDATE orders SET event_sequence = saved.event_sequence, is_closed = saved.is_closed
            FROM unnest(
                \(orders.map(\.key)), \(orders.map(\.value.sequence)), \(orders.map(\.value.isClosed))
            ) AS saved (id, event_sequence, is_closed)
            WHERE orders.id = saved.id
            """
        guard !changed.isEmpty else { return [save] }
        let changes = changed.sorted { $0.key < $1.key }
        return [
            save,
            """
            /* saveEntitlementStates */
            UPDATE entitlements SET state = changed.state
            FROM unnest(\(changes.map(\.key)), \(changes.map(\.value.rawValue))) AS changed (id, state)
            WHERE entitlements.id = changed.id
            """,
            EventLog.append(drafts),
            RevocationStore.notify,
        ]
    }

    private func note(_ change: Change, of order: OrderID) {
        switch change {
        case .end(let reason):
            log.info("entitlements.revoked", [.orderID: .id(order), "reason": .text(reason)])
        case .suspend(let reason):
            log.info("entitlements.suspended", [.orderID: .id(order), "reason": .text(reason)])
        case .reinstate: log.info("entitlements.reinstated", [.orderID: .id(order)])
        }
    }
}

extension Entitlement {
    /// What is revoked stays revoked; nil where nothing changes.
    fileprivate mutating func apply(_ change: WithholdEntitlements.Change) -> (any EventBody)? {
        switch change {
        case .end(let reason): revoke(reason: reason)
        case .suspend(let reason): state == .revoked ? nil : try? suspend(reason: reason)
        case .reinstate: state == .revoked ? nil : try? reinstate()
        }
    }
}

extension EventBody {
    fileprivate func draft(sequence: Int64, cause: EventCause, now: Instant) throws -> EventDraft {
        try EventDraft(self, sequence: sequence, cause: cause, now: now)
    }
}
