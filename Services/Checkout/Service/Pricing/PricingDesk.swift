internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Where a price is agreed on before there is an order: applications for grants and the decisions on them. What an order
/// then costs is decided when it is placed, and nowhere else.
struct PricingDesk: Sendable {
    private let grants: GrantRoutes
    private let quotes: QuoteRoutes

    init(
        pool: PostgresPool, authenticator: Authenticator, addresses: OrderAddresses,
        now: @escaping @Sendable () -> Instant
    ) {
        let answers = IdempotentAnswers(pool: pool)
        grants = GrantRoutes(
            authenticator: authenticator, pool: pool, addresses: addresses,
            apply: ApplyForGrant(answers: answers, addresses: addresses, now: now), decide: DecideGrant(pool: pool))
        quotes = QuoteRoutes(
            authenticator: authenticator, pool: pool, addresses: addresses,
            ask: RequestQuote(answers: answers, addresses: addresses, now: now), offer: OfferQuote(pool: pool))
    }

    func register(in router: inout Router) {
        grants.register(in: &router)
        quotes.register(in: &router)
    }
}
