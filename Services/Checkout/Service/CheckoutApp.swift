internal import FilmClubModel
internal import Messaging
internal import Postgres
public import ServiceShell

/// Checkout as a process: its services in the order in which they start.
public enum CheckoutApp {
    public static func build(_ context: ShellContext) async throws -> [any ShellService] {
        let settings = context.configuration
        let foundation = try ServiceFoundation(.checkout, context, unfinished: Checkout.unfinished)
        let checkout = Checkout(
            pool: foundation.pool, authenticator: try Authenticator(context),
            publicBaseURL: settings[ServiceKeys.publicBaseURL], on: context.loop, log: context.log,
            metrics: context.metrics, billing: Billing.Terms(settings), now: { .now() },
            committed: { foundation.relay.wake() })
        let http = HTTPService(
            context, host: settings[ServiceKeys.httpHost], port: settings[CheckoutKeys.httpPort],
            publicBaseURL: settings[ServiceKeys.publicBaseURL]
        ) {
            checkout.register(in: &$0)
        }
        return foundation.services(
            migrations: CheckoutMigrations.all, topics: CheckoutEventHandler.topics, handler: checkout.events,
            prepare: { try await checkout.load() }) + [checkout.deadlines, checkout.billing.rounds, http]
    }
}
