import FilmClubModel
import Glibc
import HTTPClient
import JSON
import Postgres
import Reactor
import TestSupport

/// Two processes of each service: the real binaries, on free ports, with a PostgreSQL server and a broker of their
/// own that can be stopped, frozen and replaced.
final class Fleet: Sendable {
    enum Broker: String, CaseIterable, Sendable, CustomStringConvertible {
        case embedded, apacheKafka

        /// The embedded one always; Apache Kafka where a distribution is at hand.
        static var available: [Broker] { getenv("KAFKA_HOME") == nil ? [.embedded] : allCases }

        var description: String { self == .embedded ? "embedded broker" : "Apache Kafka" }
    }

    static let services = ["catalog", "cart", "checkout", "streaming"]
    static let processesPerService = 2
    static let institution = "019b76da-a800-7000-8157-000000000001"
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    let broker: Broker
    let state: String
    let client: Client
    let counts = Lock(FleetCounts())
    let brokerProcess = Lock<Process?>(nil)
    private let server = Lock(DatabaseServer())
    private let processes = Lock<[String: [ServiceProcess]]>([:])
    private let pools = Lock<[String: PostgresPool]>([:])

    private init(_ broker: Broker) throws {
        self.broker = broker
        state = try File.makeFolder("filmclub-fleet")
        client = Client(on: TestLoop.shared, configuration: Self.clientConfiguration)
    }

    static var clientConfiguration: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.durationMax = .seconds(20)
        return configuration
    }

    /// Brings a fleet up, lends it, and takes it down whatever came of it.
    static func with(_ broker: Broker, _ body: (Fleet) async throws -> Void) async throws {
        let fleet = try Fleet(broker)
        do {
            try await fleet.up()
            try await body(fleet)
        } catch {
            let kept = await fleet.down(keepLogs: true)
            throw FleetFailed("\(error); the logs are in \(kept)")
        }
        await fleet.down(keepLogs: false)
    }

    // MARK: - Up and down

    private func up() async throws {
        try await startServer()
        try await startBroker()
        _ = try await filmclub("topics")
        for key in ["identity", "stream"] {
            _ = try await filmclub(
                "key", "--private", "\(state)/secrets/\(key).jwk", "--public", "\(state)/run/\(key).jwks")
        }
        try await eachService { service in
            for index in 0..<Self.processesPerService { try await self.start(service, index) }
        }
        _ = try await filmclub("import", "\(Self.root)/deploy/sample/catalogue.json")
        _ = try await filmclub("caught-up", "--within", "60")
    }

    @discardableResult
    private func down(keepLogs: Bool) async -> String {
        await client.close()
        for pool in pools.withLock({ $0.values.map { $0 } }) { await pool.close(within: .zero) }
        for process in processes.withLock({ $0.values.flatMap { $0 } }) { process.process.signal(SIGKILL) }
        await killBroker()
        _ = try? await script("as_postgres \"$(postgres_bin)/pg_ctl\" -D \(serverData) -m immediate -w stop")
        _ = try? await script(keepLogs ? "rm -rf $state/postgres $state/kafka" : "rm -rf $state")
        return state
    }

    // MARK: - Services

    func process(_ service: String, _ index: Int) throws -> ServiceProcess {
        guard let found = processes.withLock({ all in all[service].flatMap { index < $0.count ? $0[index] : nil } })
        else {
            throw FleetFailed("there is no \(service) \(index)")
        }
        return found
    }

    var everyProcess: [ServiceProcess] { processes.withLock { all in Self.services.flatMap { all[$0] ?? [] } } }

    /// Starts the `index`th process of a service and waits until it listens.
    func start(_ service: String, _ index: Int) async throws {
        let life = counts.withLock { $0.nextLife() }
        let place = "\(state)/run/\(service)-\(index)"
        unlink("\(place).address")
        var environment: [String: String?] = settings
        environment["DATABASE_URL"] = databaseURL(service)
        environment["HTTP_PORT"] = "0"
        environment["OPS_PORT"] = "0"
        environment["ADDRESS_FILE"] = "\(place).address"
        environment["DATABASE_CONNECTIONS_MAX"] = "6"
        // What nobody needs is gone soon, and what stays is a leak.
        environment["DATABASE_IDLE_MAX"] = "1s"
        let process = try Process.start(
            "\(Self.root)/.build/debug/filmclub-\(service)", environment: environment,
            outputFile: "\(state)/log/\(service)-\(index)-\(life).log")
        let started = ServiceProcess(service: service, index: index, process: process, addressFile: "\(place).address")
        processes.withLock { all in
            var list = all[service] ?? []
            if index < list.count { list[index] = started } else { list.append(started) }
            all[service] = list
        }
        try await wait(for: "\(service) \(index) listens") {
            guard process.isRunning else { throw FleetFailed("\(service) ended: \(process.output.suffix(600))") }
            return File.exists("\(place).address")
        }
    }

    /// Ends a process by `signal` and starts another in its place.
    func restart(_ service: String, _ index: Int, by signal: Int32) async throws {
        try await stop(service, index, by: signal)
        try await start(service, index)
    }

    /// Ends the last process of a service for good.
    func end(_ service: String, _ index: Int) async throws {
        try await stop(service, index, by: SIGTERM)
        processes.withLock { all in _ = all[service]?.removeLast() }
    }

    /// A graceful end must be one: exit code 0. A service that is not done in its time (10 s) ends with another.
    private func stop(_ service: String, _ index: Int, by signal: Int32) async throws {
        let old = try process(service, index)
        await count(old)
        let begin = ContinuousClock.now
        old.process.signal(signal)
        let status = try await old.process.end()
        let took = ContinuousClock.now - begin
        if signal == SIGTERM {
            guard status == 0 else {
                throw FleetFailed("\(service) ended with \(status): \(old.process.output.suffix(600))")
            }
        }
        counts.withLock { $0.noteRestart(graceful: signal == SIGTERM, took: took) }
    }

    private func eachService(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in Self.services { group.addTask { try await body(service) } }
            try await group.waitForAll()
        }
    }

    private var settings: [String: String?] {
        [
            "KAFKA_BOOTSTRAP_SERVERS": nil, "KAFKA_BOOTSTRAP_FILE": "\(state)/run/broker.address",
            "IDENTITY_JWKS": "\(state)/run/identity.jwks", "IDENTITY_ISSUER": "https://filmclub.localhost",
            "IDENTITY_AUDIENCE": "filmclub", "STREAM_SIGNING_KEY_FILE": "\(state)/secrets/stream.jwk",
            "MEDIA_ROOT": "\(Self.root)/deploy/sample",
        ]
    }

    // MARK: - Databases

    private func startServer() async throws {
        let lines = try await script(
            "start_postgres unsafe && printf '%s\\n' \"$postgres_port\" \"$(cat \"$state/secrets/postgres\")\" \"$postgres_data\""
        ).split(separator: "\n").suffix(3).map(String.init)
        guard lines.count == 3 else { throw FleetFailed("PostgreSQL did not start: \(lines)") }
        server.withLock { $0 = DatabaseServer(port: lines[0], password: lines[1], data: lines[2]) }
        let administration = PostgresPool(PostgresConfiguration(databaseURL(nil)), on: TestLoop.shared)
        for service in Self.services {
            let name = "filmclub_\(service)"
            _ = try await administration.query("CREATE DATABASE \(identifier: name)")
            // What is answered survives a crash of the server, if not one of the machine.
            _ = try await administration.query("ALTER DATABASE \(identifier: name) SET synchronous_commit = on")
        }
        await administration.close()
        for service in Self.services {
            var configuration = PostgresConfiguration(databaseURL(service), applicationName: "outside")
            configuration.connectionsMax = 2
            configuration.leaseWaitMax = .seconds(60)
            configuration.statementTimeout = .seconds(60)
            let pool = PostgresPool(configuration, on: TestLoop.shared)
            pools.withLock { $0[service] = pool }
        }
    }

    var serverData: String { server.withLock { $0.data } }

    private func databaseURL(_ service: String?) -> String {
        let server = server.withLock { $0 }
        let database = service.map { "filmclub_\($0)" } ?? "postgres"
        return "postgresql://postgres:\(server.password)@127.0.0.1:\(server.port)/\(database)"
    }

    /// A service's database, seen from outside.
    func database(_ service: String) throws -> PostgresPool {
        guard let pool = pools.withLock({ $0[service] }) else { throw FleetFailed("\(service) has no database") }
        return pool
    }

    // MARK: - Commands

    /// Lines of bash on top of deploy/lib.sh, with a state of our own.
    @discardableResult
    func script(_ lines: String) async throws -> String {
        let number = counts.withLock { $0.nextLife() }
        let process = try startScript(lines, outputFile: "\(state)/script-\(number).log")
        let status = try await process.end()
        guard status == 0 else { throw FleetFailed("\(lines): \(status): \(process.output)") }
        return process.output
    }

    func startScript(_ lines: String, outputFile: String) throws -> Process {
        try Process.start(
            "/bin/bash", ["-c", "set -euo pipefail; . \"\(Self.root)/deploy/lib.sh\"\n\(lines)"],
            environment: ["FILMCLUB_STATE": state], outputFile: outputFile)
    }

    /// The operator's command, against the first process of each service.
    func filmclub(_ arguments: String...) async throws -> String {
        var environment: [String: String?] = settings
        let key = "\(state)/secrets/identity.jwk"
        if File.exists(key) { environment["IDENTITY_KEY_FILE"] = key }
        for service in Self.services {
            environment["\(service.uppercased())_URL"] = (try? process(service, 0)).flatMap { try? $0.url("") }
            environment["\(service.uppercased())_OPS_URL"] = (try? process(service, 0)).flatMap { try? $0.opsURL("") }
        }
        let number = counts.withLock { $0.nextLife() }
        let process = try Process.start(
            "\(Self.root)/.build/debug/filmclub", arguments, environment: environment,
            outputFile: "\(state)/log/filmclub-\(number).log")
        let status = try await process.end()
        guard status == 0 else { throw FleetFailed("filmclub \(arguments): \(status): \(process.output)") }
        return process.output
    }

    func token(_ roles: String) async throws -> String {
        let output = try await filmclub(
            "token", "--roles", roles, "--institution", Self.institution, "--minutes", "600")
        guard let token = output.split(separator: "\n").first else { throw FleetFailed("no token: \(output)") }
        return String(token)
    }

    /// Waits for a level.
    func wait(
        for level: String, atMost limit: Duration = .seconds(300), _ holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !holds() {
            guard ContinuousClock.now < deadline else { throw FleetFailed("not reached in \(limit): \(level)") }
            try await TestLoop.shared.sleep(for: .milliseconds(50))
        }
    }
}

/// The server that holds a fleet's databases.
struct DatabaseServer: Sendable {
    var port = ""
    var password = ""
    var data = ""
}

/// What kept a fleet from doing what it should, in a sentence.
struct FleetFailed: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
