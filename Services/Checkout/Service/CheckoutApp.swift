internal import FilmClubModel
internal import Kafka
internal import Messaging
internal import Postgres
public import ServiceShell

/// Checkout as a process: its services in the order in which they start.
public enum CheckoutApp {
    public static func build(_ context: ShellContext) async throws -> [any ShellService] {
        let settings = context.configuration
        let (log, metrics, loop) = (context.log, context.metrics, context.loop)
        let pool = database(context)
        let kafka = try kafka(settings)
        let producer = try KafkaProducer(kafka, on: loop, events: { log.kafka($0) })
        let relay = Relay(
            pool: pool, publisher: producer, service: .checkout, unfinished: Checkout.unfinished, on: loop, log: log,
            metrics: metrics)
        let checkout = Checkout(
            pool: pool, authenticator: try Authenticator(context), publicBaseURL: settings[CommonKeys.publicBaseURL],
            on: loop, log: log, metrics: metrics, now: { .now() }, committed: { relay.wake() })
        let consumer = EventConsumer(
            pool: pool, kafka: kafka, service: .checkout, topics: CheckoutEvents.topics, handler: checkout.events,
            publisher: producer, applied: { relay.wake() }, on: loop, log: log, metrics: metrics)
        return [
            ClosureService(
                "database",
                start: {
                    try await Migrations.apply(CheckoutMigrations.all, with: pool)
                    try await checkout.load()
                }, stop: { await pool.close(within: $0) }),
            ClosureService("producer", stop: { await producer.close(within: $0) }),
            relay, consumer, checkout.deadlines,
            HTTPService(context, host: settings[CommonKeys.httpHost], port: settings[CheckoutKeys.httpPort]) {
                checkout.register(in: &$0)
            },
        ]
    }

    private static func database(_ context: ShellContext) -> PostgresPool {
        var configuration = PostgresConfiguration(
            context.configuration[CommonKeys.databaseURL], applicationName: "filmclub-checkout")
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
            return KafkaConfiguration(bootstrapServers: servers, clientID: "filmclub-checkout")
        }
        guard let file = settings[CommonKeys.kafkaBootstrapFile] else { throw NoBroker() }
        return KafkaConfiguration(bootstrapFile: file, clientID: "filmclub-checkout")
    }
}

/// Neither setting names a broker.
struct NoBroker: Error, CustomStringConvertible {
    let description = "Set KAFKA_BOOTSTRAP_SERVERS or KAFKA_BOOTSTRAP_FILE."
}
