internal import FilmClubModel
internal import Kafka
internal import Messaging
internal import Postgres
public import ServiceShell

/// The catalog as a process: its services in the order in which they start.
public enum CatalogApp {
    public static func build(_ context: ShellContext) async throws -> [any ShellService] {
        let settings = context.configuration
        let (log, metrics, loop) = (context.log, context.metrics, context.loop)
        let pool = database(context)
        let kafka = try kafka(settings)
        let producer = try KafkaProducer(kafka, on: loop, events: { log.kafka($0) })
        let relay = Relay(
            pool: pool, publisher: producer, service: .catalog, on: loop, log: log, metrics: metrics)
        let catalog = Catalog(
            pool: pool, authenticator: try Authenticator(context), on: loop, log: log, metrics: metrics,
            now: { .now() }, committed: { relay.wake() })
        let consumer = EventConsumer(
            pool: pool, kafka: kafka, service: .catalog, topics: [], handler: NoEvents(), publisher: producer,
            applied: { relay.wake() }, on: loop, log: log, metrics: metrics)
        return [
            ClosureService(
                "database",
                start: { try await Migrations.apply(CatalogMigrations.all, with: pool) },
                stop: { await pool.close(within: $0) }),
            ClosureService("producer", stop: { await producer.close(within: $0) }),
            relay, consumer, catalog.watch,
            HTTPService(context, host: settings[CommonKeys.httpHost], port: settings[CatalogKeys.httpPort]) {
                catalog.register(in: &$0)
            },
        ]
    }

    private static func database(_ context: ShellContext) -> PostgresPool {
        var configuration = PostgresConfiguration(
            context.configuration[CommonKeys.databaseURL], applicationName: "filmclub-catalog")
        configuration.connectionsMin = 1
        configuration.connectionsMax = context.configuration[CommonKeys.databaseConnectionsMax]
        let (log, health) = (context.log, context.health.check("database"))
        return PostgresPool(configuration, on: context.loop) { event in
            log.postgres(event)
            switch event {
            case .connected: health.ready()
            case .connectFailed: health.notReady("The database cannot be reached.")
            default: break
            }
        }
    }

    private static func kafka(_ settings: Configuration) throws -> KafkaConfiguration {
        if let servers = settings[CommonKeys.kafkaBootstrapServers] {
            return KafkaConfiguration(bootstrapServers: servers, clientID: "filmclub-catalog")
        }
        guard let file = settings[CommonKeys.kafkaBootstrapFile] else { throw NoBroker() }
        return KafkaConfiguration(bootstrapFile: file, clientID: "filmclub-catalog")
    }
}

/// The catalog listens to nobody but those who ask it to publish again, which the consumer itself understands.
private struct NoEvents: EventHandler {
    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {}
}

/// Neither setting names a broker.
struct NoBroker: Error, CustomStringConvertible {
    let description = "Set KAFKA_BOOTSTRAP_SERVERS or KAFKA_BOOTSTRAP_FILE."
}
