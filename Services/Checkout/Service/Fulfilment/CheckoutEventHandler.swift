internal import FilmClubModel
internal import Messaging
internal import Postgres

/// What checkout does with the events of other services.
struct CheckoutEventHandler: EventHandler {
    static let topics: [Topic] = ServiceName.checkout.subscriptions

    let catalog: CatalogNews
    let answers: EntitlementAnswers

    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
        try await catalog.apply(events, in: transaction)
        try await answers.apply(events, in: transaction)
    }
}
