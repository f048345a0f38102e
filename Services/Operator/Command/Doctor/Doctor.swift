internal import FilmClubModel
internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import JSON
internal import Kafka
internal import KafkaSettings
internal import Postgres
internal import Reactor
internal import ServiceShell

/// Examines the house from outside: databases, broker, services, clocks, keys, disk. It changes nothing, waits for
/// nobody longer than a few seconds, and goes on where one thing does not answer.
struct Doctor: Subcommand {
    static let name = "doctor"
    static let summary = "Examine databases, broker, services, clocks, keys and disk; say what is wrong and what to do."
    static let usage = "doctor"

    static let answerMax: Duration = .seconds(5)

    init(_ options: Options) throws(UsageError) {}

    func run(_ context: CommandContext) async throws {
        var findings: [Finding] = []
        for service in House.backstages { findings += await Self.database(service, context) }
        findings += await Self.broker(context)
        let client = Client(on: context.loop)
        for service in House.backstages { findings += await Self.service(service, client, context.settings) }
        findings += await Self.key(client, context)
        findings += Self.disk(context.settings)
        await client.close()
        for finding in findings { print(finding.text) }
        let broken = findings.count { $0.state == .broken }
        if broken > 0 { throw SomethingBroken(count: broken) }
    }

    // MARK: - Reading

    private static func database(_ service: House.Backstage, _ context: CommandContext) async -> [Finding] {
        let subject = "database \(service.name)"
        guard let url = context.settings[service.database] else { return [unset(subject, service.database)] }
        var configuration = PostgresConfiguration(url, applicationName: "filmclub-doctor")
        configuration.connectionsMax = 1
        let pool = PostgresPool(configuration, on: context.loop)
        let findings: [Finding]
        do {
            findings = Judgement.database(
                service.name, try await PostgresPool.answering(within: answerMax) { try await read(pool) })
        } catch {
            findings = [
                .broken(
                    subject, "It cannot be asked: \(error).",
                    remedy: "See that PostgreSQL runs there, that the role may connect, and that the password is right."
                )
            ]
        }
        await pool.close(within: .zero)
        return findings
    }

    private static func read(_ pool: PostgresPool) async throws -> Judgement.DatabaseReading {
        let row = try await pool.query(
            """
            /* examine */
            SELECT current_setting('server_version_num')::integer AS version, 
                (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS microseconds,
                to_regclass('schema_migrations') IS NOT NULL AND to_regclass('inbox_parked') IS NOT NULL AS has_schema
            """
        ).one()
        let now = Instant(clamping: try row.get("microseconds"))
        var reading = Judgement.DatabaseReading(
            version: try row.get("version"), clockAhead: now - Instant.now(), migrationSets: [], migrations: 0,
            parked: 0)
        guard try row.get("has_schema", as: Bool.self) else { return reading }
        let schema = try await pool.query(
            """
            /* examineSchema */
            SELECT (SELECT count(*) FROM schema_migrations) AS migrations,
                (SELECT string_agg(DISTINCT set, ',' ORDER BY set) FROM schema_migrations) AS sets,
                (SELECT count(*) FROM inbox_parked WHERE reason <> 'gap') AS parked
            """
        ).one()
        reading.migrations = try schema.get("migrations")
        reading.migrationSets = (try schema.get("sets", as: String?.self) ?? "").split(separator: ",").map(String.init)
        reading.parked = try schema.get("parked")
        return reading
    }

    private static func broker(_ context: CommandContext) async -> [Finding] {
        do {
            let admin = KafkaAdmin(try context.kafka())
            let cluster = try await admin.clusterID(within: answerMax)
            let topics = try await admin.topics(within: answerMax)
            return Judgement.broker(
                isEmbedded: EmbeddedBroker.isEmbedded(clusterID: cluster),
                partitions: Dictionary(topics.map { ($0.name, $0.partitions) }, uniquingKeysWith: { first, _ in first })
            )
        } catch {
            return [
                .broken(
                    "broker", "It cannot be asked: \(error).",
                    remedy:
                        "Orders are taken meanwhile and wait in the event logs; start the broker, or mend its address.")
            ]
        }
    }

    private struct Health: Decodable {
        let checks: [Judgement.Check]
    }

    private static func service(
        _ service: House.Backstage, _ client: Client, _ settings: Configuration
    ) async -> [Finding] {
        let subject = "service \(service.name)"
        guard let base = settings[service.ops] else { return [unset(subject, service.ops)] }
        do {
            let ready = try await client.send(
                ClientRequest("GET", "\(base)/health/ready", durationMax: answerMax))
            let caughtUp = try await client.send(
                ClientRequest("GET", "\(base)/health/caught-up", durationMax: answerMax))
            return Judgement.service(
                service.name, ready: try JSON.decode(Health.self, from: ready.body).checks,
                caughtUp: try JSON.decode(Health.self, from: caughtUp.body).checks)
        } catch {
            return [
                .broken(
                    subject, "It does not answer: \(error).",
                    remedy: "Start it. If its process is there, the last lines of its log say what it waits for.")
            ]
        }
    }

    /// Asks for an order that is not there.
    private static func key(_ client: Client, _ context: CommandContext) async -> [Finding] {
        guard context.settings[OperatorKeys.identityKey] != nil else {
            return [unset("keys", OperatorKeys.identityKey)]
        }
        do {
            let token = try context.token(TokenRequest(subject: "doctor", roles: [.operator], minutes: 1))
            let order = OrderID.generate(now: .now())
            var request = ClientRequest(
                "GET", "\(context.settings[OperatorKeys.checkoutURL])/v1/orders/\(order)", durationMax: answerMax)
            request.headers.append(("Authorization", "Bearer \(token)"))
            return [Judgement.key(status: try await client.send(request).status)]
        } catch {
            return [
                .warning("keys", "They could not be tried: \(error).", remedy: "See to the service checkout first.")
            ]
        }
    }

    private static func disk(_ settings: Configuration) -> [Finding] {
        guard let folder = settings[OperatorKeys.stateFolder] else { return [] }
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            return [
                .broken("disk \(folder)", "It cannot be looked at.", remedy: "STATE_FOLDER names the folder to watch.")
            ]
        }
        let unit = Int64(clamping: status.f_frsize)
        return [
            Judgement.disk(
                folder, free: Int64(clamping: status.f_bavail) * unit, total: Int64(clamping: status.f_blocks) * unit)
        ]
    }

    private static func unset(_ subject: String, _ key: some AnyConfigurationKey) -> Finding {
        .warning(
            subject, "It was not examined.", remedy: "Set \(key.declaration.name), by hand or with --config FILE.")
    }
}

/// The doctor's exit code is 1.
struct SomethingBroken: Error, CustomStringConvertible {
    let count: Int
    var description: String { count == 1 ? "One thing is broken." : "\(count) things are broken." }
}
