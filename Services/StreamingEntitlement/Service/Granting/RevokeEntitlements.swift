internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Ends the entitlements of orders that were cancelled or refunded, for good: new sessions fail from the commit on, and
/// running ones as soon as the gates have heard of it, which the commit tells them.
struct RevokeEntitlements: Sendable {
    typealias Ended = (envelope: EventEnvelope, orderId: OrderID, reason: String)

    let now: @Sendable () -> Instant
    let meters: StreamingMeters
    let log: Log

    func callAsFunction(_ ended: [Ended], in transaction: PostgresTransaction) async throws {
        let ids = Set(ended.map(\.orderId)).sorted()
        let rows = try await transaction.unit([
            "/* holdOrders */ SELECT id, event_sequence FROM orders WHERE id = ANY(\(ids)) ORDER BY id FOR UPDATE",
            """
            /* holdEntitlements */
            SELECT \(sql: Entitlement.columns) FROM entitlements
            WHERE order_id = ANY(\(ids)) ORDER BY order_id, position FOR UPDATE
            """,
        ])
        var sequences: [OrderID: Int64] = [:]
        for row in rows[0] { sequences[try row.get("id")] = try row.get("event_sequence", as: Int64.self) }
        var held = Dictionary(grouping: try rows[1].map { try Entitlement($0) }, by: \.orderId)
        var (revoked, drafts): ([EntitlementID], [EventDraft]) = ([], [])
        for end in ended {
            // An order that was never confirmed has nothing here.
            guard var sequence = sequences[end.orderId], var entitlements = held[end.orderId] else { continue }
            for index in entitlements.indices {
                guard let event = entitlements[index].revoke(reason: end.reason) else { continue }
                sequence += 1
                drafts.append(
                    try EventDraft(event, sequence: sequence, cause: EventCause(following: end.envelope), now: now()))
                revoked.append(event.entitlementId)
            }
            sequences[end.orderId] = sequence
            held[end.orderId] = entitlements
        }
        _ = try await transaction.unit(Self.statements(sequences, revoked: revoked, telling: drafts))
        meters.revoked.increment(by: revoked.count)
        for end in ended {
            log.info("entitlements.revoked", [.orderID: .id(end.orderId), "reason": .text(end.reason)])
        }
    }

    private static func statements(
        _ sequences: [OrderID: Int64], revoked: [EntitlementID], telling drafts: [EventDraft]
    ) -> [SQL] {
        let orders = sequences.sorted { $0.key < $1.key }
        let close: SQL = """
            /* closeEndedOrders */
            UPDATE orders SET event_sequence = ended.event_sequence, is_closed = true
            FROM unnest(\(orders.map(\.key)), \(orders.map(\.value))) AS ended (id, event_sequence)
            WHERE orders.id = ended.id
            """
        guard !revoked.isEmpty else { return [close] }
        return [
            close,
            "/* revokeEntitlements */ UPDATE entitlements SET state = 'revoked' WHERE id = ANY(\(revoked))",
            EventLog.append(drafts),
            RevocationStore.notify,
        ]
    }
}
