internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Everything checkout is made of but its transport: use cases, routes, handlers, deadlines. The one place where they
/// are put together, for the process as for its tests.
struct Checkout: Sendable {
    let facts: FactsInMemory
    let deadlines: AnswerDeadlines
    let events: CheckoutEventHandler
    let institutions: InstitutionDesk
    let billing: Billing
    let pace = Lock(AskingPace())
    private let numbers: OrderNumbers
    private let projections: ProjectionStore
    private let orders: OrderRoutes
    private let pricing: PricingDesk

    /// - Parameter committed: called after something was written that the relay has to publish.
    init(
        pool: PostgresPool, authenticator: Authenticator, publicBaseURL: String?, on loop: EventLoop, log: Log,
        metrics: Metrics, batching: OrderBatcher.Batching.Limits = OrderBatcher.Batching.Limits(),
        billing terms: Billing.Terms = Billing.Terms(),
        now: @escaping @Sendable () -> Instant, committed: @escaping @Sendable () -> Void
    ) {
        let meters = CheckoutMeters(metrics)
        let addresses = OrderAddresses(publicBaseURL: publicBaseURL)
        facts = FactsInMemory(on: loop)
        numbers = OrderNumbers(pool: pool, on: loop)
        projections = ProjectionStore(pool: pool)
        deadlines = AnswerDeadlines(
            pool: pool, meters: meters, pace: pace, on: loop, log: log, committed: committed)
        events = CheckoutEventHandler(
            catalog: CatalogNews(facts: facts),
            answers: EntitlementAnswers(seller: terms.seller, now: now, log: log, pace: pace))
        billing = Billing(
            pool: pool, authenticator: authenticator, addresses: addresses, terms: terms, on: loop, log: log,
            now: now, committed: committed)
        let store = OrderStore(pool: pool)
        let batcher = OrderBatcher(limits: batching, on: loop, onBatch: { meters.sent(batchOf: $0) }) {
            try await store.store($0)
        }
        pricing = PricingDesk(pool: pool, authenticator: authenticator, addresses: addresses, now: now)
        orders = OrderRoutes(
            authenticator: authenticator,
            placeOrder: PlaceOrder(
                facts: facts, numbers: numbers, store: store, batcher: batcher, running: RunningKeys(),
                addresses: addresses, now: now, committed: committed),
            reader: OrderReader(pool: pool, addresses: addresses), meters: meters, log: log)
        institutions = InstitutionDesk(
            pool: pool, authenticator: authenticator, facts: facts, now: now, committed: committed)
    }

    /// Reads into memory what orders are decided by, so that the first one is as quick as the next.
    func load() async throws {
        await facts.load(try await projections.everything())
        await numbers.giveBack(try await numbers.next())
    }

    func register(in router: inout Router) {
        orders.register(in: &router)
        pricing.register(in: &router)
        institutions.register(in: &router)
        billing.register(in: &router)
    }

    /// Topic and key of the orders that somebody waits for: published first where a broker has forgotten everything.
    static let unfinished: SQL = """
        SELECT \(Topic.orders.name), id::text FROM orders
        WHERE state IN ('placed', 'confirmed') ORDER BY placed_at
        """
}
