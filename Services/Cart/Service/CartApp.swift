internal import FilmClubModel
internal import Messaging
public import ServiceShell

/// Cart as a process: its services in the order in which they start.
public enum CartApp {
    public static func build(_ context: ShellContext) async throws -> [any ShellService] {
        let settings = context.configuration
        let foundation = try ServiceFoundation(.cart, context)
        let carts = Carts(
            pool: foundation.pool, authenticator: try Authenticator(context), log: context.log,
            metrics: context.metrics, now: { .now() }, committed: { foundation.relay.wake() })
        return foundation.services(
            migrations: CartMigrations.all, topics: CartEventHandler.topics, handler: carts.events)
            + [
                HTTPService(context, host: settings[ServiceKeys.httpHost], port: settings[CartKeys.httpPort]) {
                    carts.register(in: &$0)
                }
            ]
    }
}
