internal import FilmClubModel
internal import Messaging
public import ServiceShell

/// Streaming as a process: its services in the order in which they start.
public enum StreamingApp {
    public static func build(_ context: ShellContext) async throws -> [any ShellService] {
        let settings = context.configuration
        let foundation = try ServiceFoundation(
            .streamingEntitlement, context, unfinished: StreamingEntitlement.unfinished)
        let streaming = try StreamingEntitlement(
            pool: foundation.pool, authenticator: try Authenticator(context),
            signingKeys: settings[StreamingKeys.signingKey], mediaRoot: settings[StreamingKeys.mediaRoot],
            publicBaseURL: settings[ServiceKeys.publicBaseURL], on: context.loop, log: context.log,
            metrics: context.metrics, now: { .now() })
        let known = streaming.known
        context.health.check("revocations") {
            known.isStale ? .notReady("The gate's revocations are too old: it asks the database.") : .ready
        }
        let http = HTTPService(
            context, host: settings[ServiceKeys.httpHost], port: settings[StreamingKeys.httpPort],
            publicBaseURL: settings[ServiceKeys.publicBaseURL]
        ) {
            streaming.register(in: &$0)
        }
        return foundation.services(
            migrations: StreamingMigrations.all, topics: StreamingEventHandler.topics, handler: streaming.events)
            + [streaming.watch, http]
    }
}
