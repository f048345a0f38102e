internal import Glibc
public import Postgres
public import Reactor

/// An empty database of one test's own, on the server that FILMCLUB_TEST_POSTGRES names.
///
///     let database = try await TestDatabase.create()
///     let pool = database.pool()
///     …
///     await database.drop()
///
/// At most `liveMax` exist at a time; the next `create` waits until one is dropped or forgotten.
public final class TestDatabase: Sendable {
    public let name: String
    public let connectionString: String
    public let loop: EventLoop
    private let place: LiveDatabases.Place
    private let pools = Lock<[PostgresPool]>([])

    /// So that parallel tests don't use up the server's connections.
    public static let liveMax = 24

    private init(name: String, connectionString: String, loop: EventLoop, place: LiveDatabases.Place) {
        self.name = name
        self.connectionString = connectionString
        self.loop = loop
        self.place = place
    }

    public static func create(on loop: EventLoop = TestLoop.shared) async throws -> TestDatabase {
        let place = await LiveDatabases.shared.enter()
        let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        // From template0: nobody can be connected to that one, which would refuse the copy.
        try await administrate("CREATE DATABASE \(identifier: name) TEMPLATE template0", on: loop)
        return TestDatabase(
            name: name, connectionString: try server() + " dbname=\(name)", loop: loop, place: place)
    }

    /// A small configuration for this database, patient enough for a loaded machine.
    public var configuration: PostgresConfiguration {
        var configuration = PostgresConfiguration(connectionString, applicationName: name)
        configuration.connectionsMax = 4
        configuration.leaseWaitMax = .seconds(30)
        configuration.connectMax = .seconds(30)
        configuration.statementTimeout = .seconds(60)
        configuration.lockTimeout = .seconds(60)
        configuration.idleInTransactionTimeout = .seconds(180)
        return configuration
    }

    /// A pool, closed by `drop`.
    public func pool(
        _ adjust: (inout PostgresConfiguration) -> Void = { _ in },
        events: (@Sendable (PostgresEvent) -> Void)? = nil
    ) -> PostgresPool {
        var configuration = configuration
        adjust(&configuration)
        let pool = PostgresPool(configuration, on: loop, events: events)
        pools.withLock { $0.append(pool) }
        return pool
    }

    /// Closes the pools and removes the database, whoever is still connected to it.
    public func drop() async {
        let pools = pools.withLock { pools in
            defer { pools = [] }
            return pools
        }
        for pool in pools { await pool.close(within: .zero) }
        // A database that stays behind does no harm: its name is random, the server is the tests' own.
        try? await Self.administrate("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)", on: loop)
        place.leave()
    }

    /// Lends a database and drops it afterwards.
    public static func with<Output>(
        on loop: EventLoop = TestLoop.shared, _ body: (TestDatabase) async throws -> Output
    ) async throws -> Output {
        let database = try await create(on: loop)
        do {
            let output = try await body(database)
            await database.drop()
            return output
        } catch {
            await database.drop()
            throw error
        }
    }

    // MARK: - The server

    /// The connection string (key=value pairs) of the tests' server, without a database.
    public static func server() throws -> String {
        guard let text = unsafe getenv("FILMCLUB_TEST_POSTGRES").map({ unsafe String(cString: $0) }), !text.isEmpty
        else {
            throw TestServerMissing(
                description:
                    "FILMCLUB_TEST_POSTGRES is not set: name a PostgreSQL server on which the tests may create "
                    + "databases, for instance \"host=127.0.0.1 port=5432 user=postgres\", or run deploy/test, which "
                    + "starts one.")
        }
        return text
    }

    private static func administrate(_ sql: SQL, on loop: EventLoop) async throws {
        var configuration = PostgresConfiguration(try server() + " dbname=postgres", applicationName: "tests")
        configuration.connectionsMax = 1
        configuration.leaseWaitMax = .seconds(30)
        configuration.connectMax = .seconds(30)
        configuration.statementTimeout = .seconds(60)
        let pool = PostgresPool(configuration, on: loop)
        do {
            _ = try await pool.query(sql)
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
    }
}

/// What is missing for the tests, in a sentence.
public struct TestServerMissing: Error, CustomStringConvertible {
    public let description: String
}

/// Counts the databases that live.
actor LiveDatabases {
    static let shared = LiveDatabases()

    private var live = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Left by `leave`, or when it is forgotten.
    final class Place: Sendable {
        private let left = Lock(false)

        func leave() {
            let isFirst = left.withLock { left in
                defer { left = true }
                return !left
            }
            if isFirst { Task { await LiveDatabases.shared.leave() } }
        }

        deinit { leave() }
    }

    func enter() async -> Place {
        if live < TestDatabase.liveMax {
            live += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        return Place()
    }

    private func leave() {
        if waiting.isEmpty { live -= 1 } else { waiting.removeFirst().resume() }
    }
}
