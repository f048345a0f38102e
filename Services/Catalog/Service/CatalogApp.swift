internal import FilmClubModel
internal import Messaging
internal import Postgres
public import ServiceShell

/// The catalog as a process: its services in the order in which they start.
public enum CatalogApp {
    public static func build(_ context: ShellContext) async throws -> [any ShellService] {
        let settings = context.configuration
        let foundation = try ServiceFoundation(.catalog, context)
        let catalog = Catalog(
            pool: foundation.pool, authenticator: try Authenticator(context), on: context.loop, log: context.log,
            metrics: context.metrics, now: { .now() }, committed: { foundation.relay.wake() })
        let http = HTTPService(context, host: settings[ServiceKeys.httpHost], port: settings[CatalogKeys.httpPort]) {
            catalog.register(in: &$0)
        }
        return foundation.services(
            migrations: CatalogMigrations.all, topics: ServiceName.catalog.subscriptions, handler: NoEvents())
            + [catalog.watch, catalog.importRuns.worker, http]
    }
}

/// The catalog listens to nobody but those who ask it to publish again, which the consumer itself understands.
private struct NoEvents: EventHandler {
    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {}
}
