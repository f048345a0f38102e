internal import CartDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell

/// What cart does with the events of other services: it keeps its projections, and closes the carts that were ordered.
struct CartEventHandler: EventHandler {
    static let topics: [Topic] = ServiceName.cart.subscriptions

    let now: @Sendable () -> Instant
    let log: Log

    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
        var films: [Film] = []
        var programmes: [Programme] = []
        var institutions: [Institution] = []
        var orders: [(OrderPlaced, EventEnvelope)] = []
        for event in events {
            if event.carries(FilmChanged.self) {
                films.append(try event.decode(FilmChanged.self).film)
            } else if event.carries(ProgrammeChanged.self) {
                programmes.append(try event.decode(ProgrammeChanged.self).programme)
            } else if event.carries(InstitutionChanged.self) {
                institutions.append(try event.decode(InstitutionChanged.self).institution)
            } else if event.carries(OrderPlaced.self) {
                orders.append((try event.decode(OrderPlaced.self), event.envelope))
            }
        }
        var statements: [SQL] = []
        if !films.isEmpty { statements.append(try Projections.write(films)) }
        if !programmes.isEmpty { statements.append(try Projections.write(programmes)) }
        if !institutions.isEmpty { statements.append(try Projections.write(institutions)) }
        if !statements.isEmpty { _ = try await transaction.unit(statements) }
        // In the order of the carts' ids: whoever locks rows in the same order never waits in a circle.
        for (order, envelope) in orders.sorted(by: { $0.0.cartId < $1.0.cartId }) {
            try await close(order, EventCause(following: envelope), in: transaction)
        }
    }

    /// The id of a cart is the institution's own: an order of another institution that names it means another cart.
    private func close(_ order: OrderPlaced, _ cause: EventCause, in transaction: PostgresTransaction) async throws {
        guard var cart = try await CartStore.hold(order.cartId, in: transaction),
            cart.institutionId == order.institution.id
        else { return log.warning("cart.order.unmatched", [.orderID: .id(order.orderId)]) }
        let events = cart.close(by: order.orderId)
        guard !events.isEmpty else { return }
        try await CartStore.save(cart, events, cause: cause, now: now(), in: transaction)
    }
}
