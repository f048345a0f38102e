internal import FilmClubModel
internal import Messaging
internal import Postgres

/// What streaming does with the events of other services.
struct StreamingEventHandler: EventHandler {
    static let topics: [Topic] = ServiceName.streamingEntitlement.subscriptions

    let grant: GrantEntitlements
    let withhold: WithholdEntitlements

    /// Within a key orders come in sequence: confirmed before fulfilled, suspended, cancelled or refunded. So all of a batch's
    /// orders can be granted first, in one statement a table.
    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
        let told = try events.compactMap { event in try Told(event).map { (event.envelope, $0) } }
        var confirmed: [GrantEntitlements.Order] = []
        var withheld: [WithholdEntitlements.Told] = []
        var fulfilled: [OrderID] = []
        var institutions: [Institution] = []
        for (envelope, told) in told {
            switch told {
            case .confirmed(let order): confirmed.append((envelope, order))
            case .withheld(let order, let change): withheld.append((envelope, order, change))
            case .fulfilled(let order): fulfilled.append(order)
            case .institution(let institution): institutions.append(institution)
            }
        }
        if !institutions.isEmpty { _ = try await transaction.query(InstitutionProjection.project(institutions)) }
        if !confirmed.isEmpty { try await grant(confirmed, in: transaction) }
        if !withheld.isEmpty { try await withhold(withheld, in: transaction) }
        if !fulfilled.isEmpty { _ = try await transaction.query(Self.close(fulfilled)) }
    }

    /// Checkout has heard our answer: nobody waits for it any more.
    private static func close(_ orders: [OrderID]) -> SQL {
        "/* closeOrders */ UPDATE orders SET is_closed = true WHERE id = ANY(\(orders)) AND NOT is_closed"
    }

    /// The events that mean something here.
    private enum Told {
        case confirmed(OrderConfirmed)
        case fulfilled(OrderID)
        case withheld(OrderID, WithholdEntitlements.Change)
        case institution(Institution)

        init?(_ event: InboxEvent) throws {
            if event.carries(OrderConfirmed.self) {
                self = .confirmed(try event.decode())
            } else if event.carries(OrderFulfilled.self) {
                self = .fulfilled(try event.decode(OrderFulfilled.self).orderId)
            } else if event.carries(OrderCancelled.self) {
                self = .withheld(try event.decode(OrderCancelled.self).orderId, .end(reason: "order-cancelled"))
            } else if event.carries(OrderRefunded.self) {
                // A refund names no line: whoever got money back keeps none of the films.
                self = .withheld(try event.decode(OrderRefunded.self).orderId, .end(reason: "order-refunded"))
            } else if event.carries(OrderSuspended.self) {
                let body: OrderSuspended = try event.decode()
                self = .withheld(body.orderId, .suspend(reason: body.reason))
            } else if event.carries(OrderReinstated.self) {
                self = .withheld(try event.decode(OrderReinstated.self).orderId, .reinstate)
            } else if event.carries(InstitutionChanged.self) {
                self = .institution(try event.decode(InstitutionChanged.self).institution)
            } else {
                return nil
            }
        }
    }
}
