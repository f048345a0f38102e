import FilmClubModel
import Kafka
import Postgres
import Reactor
import ServiceShell
import TestSupport
import Testing

@testable import Messaging

/// A database with the messaging tables, a broker that remembers, and a relay between them.
struct RelayWorld: Sendable {
    let pool: PostgresPool
    let publisher = RecordingPublisher()
    let relay: Relay
    private let makeRelay: @Sendable (RecordingPublisher, EventLoop, (inout RelayLimits) -> Void) -> Relay
    private let loop: EventLoop

    /// Small pages, and nothing that a test would have to wait long for.
    static func with(
        unfinished: SQL? = nil, limits adjust: (inout RelayLimits) -> Void = { _ in },
        _ body: (RelayWorld) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let world = try await RelayWorld(database, unfinished: unfinished, adjust)
            do {
                try await body(world)
            } catch {
                world.publisher.release()
                await world.relay.stop(within: .seconds(10))
                throw error
            }
            world.publisher.release()
            await world.relay.stop(within: .seconds(10))
        }
    }

    private init(
        _ database: TestDatabase, unfinished: SQL?, _ adjust: (inout RelayLimits) -> Void
    ) async throws {
        let pool = database.pool()
        try await Migrations.apply([messagingMigrations], with: pool)
        var limits = RelayLimits()
        limits.pageEventsMax = 7
        limits.clusterCheckInterval = .milliseconds(10)
        limits.leaseRenewal = .milliseconds(100)
        // Many renewals: a holder that the machine stops for a while keeps what it holds.
        limits.leaseSeconds = 60
        adjust(&limits)
        makeRelay = { [limits] publisher, loop, adjust in
            var limits = limits
            adjust(&limits)
            return Relay(
                pool: pool, publisher: publisher, service: .checkout, unfinished: unfinished, limits: limits,
                on: loop, log: Log(to: LogRecorder()), metrics: Metrics())
        }
        self.pool = pool
        loop = database.loop
        relay = makeRelay(publisher, loop) { _ in }
    }

    /// Another process of the service, with its own connection to the broker if it is given one, and its own loop.
    func anotherRelay(
        _ publisher: RecordingPublisher? = nil, on loop: EventLoop? = nil,
        _ adjust: (inout RelayLimits) -> Void = { _ in }
    ) -> Relay {
        makeRelay(publisher ?? self.publisher, loop ?? self.loop, adjust)
    }

    func append(key: String, _ sequence: Int64) async throws {
        _ = try await pool.query(Self.insert(key: key, sequence))
        relay.wake()
    }

    static func insert(key: String, _ sequence: Int64) -> SQL {
        """
        INSERT INTO event_log (topic, key, sequence, id, type, schema_version, correlation_id, body)
        VALUES (\(Topic.orders.name), \(key), \(sequence), gen_random_uuid(), 'OrderFulfilled', '1.0',
                gen_random_uuid(), '{}')
        """
    }

    /// Whether the row says that all of the log was published.
    func isThrough() async throws -> Bool {
        try await pool.query(
            """
            SELECT FROM relay_cursor WHERE to_snapshot IS NULL AND NOT EXISTS (
                SELECT FROM event_log WHERE NOT pg_visible_in_snapshot(xid, from_snapshot))
            """
        ).count == 1
    }

    /// Waits for a level that only the database shows.
    func waitUntil(_ level: String, _ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while try await !holds() {
            guard ContinuousClock.now < deadline else {
                Issue.record("not reached: \(level)")
                return
            }
            try await loop.sleep(for: .milliseconds(5))
        }
    }
}
