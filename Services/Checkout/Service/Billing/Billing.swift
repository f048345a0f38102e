internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// What is owed and why: invoices and credit notes in series without a gap, and the ledger that they add up in. It
/// never changes a document that was issued, and gives no number but in the transaction that commits it.
struct Billing: Sendable {
    /// What a house sets of it.
    struct Terms: Sendable {
        var seller = Seller(name: "FilmClub")
    }

    let rounds: BillingRounds
    private let invoices: InvoiceRoutes
    private let orders: OrderListRoutes
    private let payments: PaymentRoutes
    private let cancellations: CancellationRoutes

    /// - Parameter committed: called after something was written that the relay has to publish.
    init(
        pool: PostgresPool, authenticator: Authenticator, addresses: OrderAddresses, terms: Terms,
        on loop: EventLoop, log: Log, now: @escaping @Sendable () -> Instant,
        committed: @escaping @Sendable () -> Void
    ) {
        rounds = BillingRounds(sweep: InvoiceSweep(pool: pool, seller: terms.seller), on: loop, log: log)
        invoices = InvoiceRoutes(
            authenticator: authenticator, reader: InvoiceReader(pool: pool), addresses: addresses)
        orders = OrderListRoutes(
            authenticator: authenticator, list: OrderList(pool: pool), addresses: addresses)
        let answers = IdempotentAnswers(pool: pool)
        payments = PaymentRoutes(
            authenticator: authenticator,
            recordPayment: RecordPayment(pool: pool, answers: answers, addresses: addresses, now: now))
        let reader = OrderReader(pool: pool, addresses: addresses)
        cancellations = CancellationRoutes(
            authenticator: authenticator, reader: reader,
            cancelOrder: CancelOrder(
                answers: answers, reader: reader, seller: terms.seller, now: now, committed: committed),
            log: log)
    }

    func register(in router: inout Router) {
        invoices.register(in: &router)
        orders.register(in: &router)
        payments.register(in: &router)
        cancellations.register(in: &router)
    }
}
