public import FilmClubModel
public import Kafka
internal import KafkaSettings
public import Postgres
public import ServiceShell

/// What every service stands on: its database, its broker, its relay, made from the common settings. A composition root
/// begins with it and adds what is the service's own.
public struct ServiceFoundation: Sendable {
    public let pool: PostgresPool
    public let producer: KafkaProducer
    public let relay: Relay
    private let kafka: KafkaConfiguration
    private let service: ServiceName
    private let context: ShellContext

    /// The settings that it reads; a service lists them among its own.
    public static let keys: [any AnyConfigurationKey] =
        [
            ServiceKeys.databaseURL, ServiceKeys.migrationDatabaseURL, ServiceKeys.databaseConnectionsMax,
            ServiceKeys.databaseIdleMax,
        ] + KafkaConfiguration.keys

    /// - Parameter unfinished: topic and key of the work that somebody waits for; see `Relay`.
    public init(_ service: ServiceName, _ context: ShellContext, unfinished: SQL? = nil) throws {
        self.service = service
        self.context = context
        kafka = try KafkaConfiguration(context.configuration, clientID: "filmclub-\(service)")
        pool = Self.database(service, context)
        producer = try Self.producer(kafka, context)
        relay = Relay(
            pool: pool, publisher: producer, service: service, unfinished: unfinished, tracer: context.tracer,
            on: context.loop, log: context.log, metrics: context.metrics)
    }

    /// In the order in which they start: the schema first, `prepare`, then what publishes and what listens.
    public func services(
        migrations: [MigrationSet], topics: [Topic], handler: any EventHandler,
        prepare: @escaping @Sendable () async throws -> Void = {}
    ) -> [any ShellService] {
        let consumer = EventConsumer(
            pool: pool, kafka: kafka, service: service, topics: topics, handler: handler, publisher: producer,
            applied: { [relay] in relay.wake() }, tracer: context.tracer, on: context.loop, log: context.log,
            metrics: context.metrics)
        return [
            ClosureService(
                "database",
                start: {
                    try await migrate([messagingMigrations] + migrations)
                    try await prepare()
                }, stop: { await pool.close(within: $0 / 2) }),
            // The relay has stopped: what the broker has not acknowledged by now is published again by the next one.
            ClosureService("producer", stop: { await producer.close(within: $0 / 2) }),
            relay, consumer, Vitals(context, service: service, pool: pool, relay: relay, consumer: consumer),
        ]
    }

    /// As the schema's owner, where the settings name one: the role that serves is then left without any right to
    /// change the schema.
    private func migrate(_ migrations: [MigrationSet]) async throws(PostgresError) {
        guard let url = context.configuration[ServiceKeys.migrationDatabaseURL] else {
            try await Migrations.apply(migrations, with: pool)
            return
        }
        var configuration = PostgresConfiguration(url, applicationName: "filmclub-\(service)-migration")
        configuration.connectionsMax = 1
        let owner = PostgresPool(configuration, on: context.loop) { [log = context.log] in log.postgres($0) }
        do throws(PostgresError) {
            try await Migrations.apply(migrations, with: owner)
            let role = try await pool.query("/* servingRole */ SELECT current_user::text").one().get(0, as: String.self)
            let granted = try await Migrations.grant(migrations, to: role, with: owner)
            if !granted.isEmpty { context.log.info("database.granted", ["privileges": .count(granted.count)]) }
            await owner.close()
        } catch {
            await owner.close()
            throw error
        }
    }

    private static func database(_ service: ServiceName, _ context: ShellContext) -> PostgresPool {
        var configuration = PostgresConfiguration(
            context.configuration[ServiceKeys.databaseURL], applicationName: "filmclub-\(service)")
        configuration.connectionsMin = 1
        configuration.connectionsMax = context.configuration[ServiceKeys.databaseConnectionsMax]
        configuration.idleMax = context.configuration[ServiceKeys.databaseIdleMax]
        return PostgresPool(configuration, on: context.loop) { [log = context.log] in log.postgres($0) }
    }

    /// A client whose settings it cannot use (a key that is not the certificate's, a file that is no PEM) is a matter
    /// of the configuration.
    private static func producer(
        _ kafka: KafkaConfiguration, _ context: ShellContext
    ) throws -> KafkaProducer {
        do throws(KafkaError) {
            return try KafkaProducer(kafka, on: context.loop, events: { [log = context.log] in log.kafka($0) })
        } catch {
            if error.kind == .configuration { throw ConfigurationError("Kafka cannot be used: \(error).") }
            throw error
        }
    }
}
