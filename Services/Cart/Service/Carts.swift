internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Everything cart is made of but its transport: use cases, routes, the handler of events. The one place where they
/// are put together, for the process as for its tests.
struct Carts: Sendable {
    let events: CartEventHandler
    private let routes: CartRoutes

    /// - Parameter committed: called after something was written that the relay has to publish.
    init(
        pool: PostgresPool, authenticator: Authenticator, log: Log, metrics: Metrics,
        now: @escaping @Sendable () -> Instant, committed: @escaping @Sendable () -> Void
    ) {
        let meters = CartMeters(metrics)
        let carts = EditCart(pool: pool, meters: meters, now: now, committed: committed)
        events = CartEventHandler(now: now, log: log)
        routes = CartRoutes(
            authenticator: authenticator, openCart: OpenCart(answers: IdempotentAnswers(pool: pool), carts: carts),
            carts: carts, meters: meters)
    }

    func register(in router: inout Router) { routes.register(in: &router) }
}
