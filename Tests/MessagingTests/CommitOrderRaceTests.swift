import FilmClubModel
import Kafka
import Postgres
import Reactor
import ServiceShell
import TestSupport
import Testing

@testable import Messaging

/// Sixteen writers draw numbers early and commit late, so that the order of numbers is not the order of commits. A
/// relay must lose nothing and keep the order within each key all the same.
@Suite("Commit order")
struct CommitOrderRaceTests {
    static let writers = 16
    static let writesEach = 40
    static let keys = 10
    /// Smaller than the backlog, so that pages end in the middle of a difference.
    static let pageEventsMax: Int32 = 7

    @Test("The relay publishes every event, in order within its key, while 16 writers race")
    func relay() async throws {
        try await TestDatabase.with { database in
            let race = try await Race(database)
            let recorder = RecordingPublisher()
            var limits = RelayLimits()
            limits.pageEventsMax = Self.pageEventsMax
            limits.pollInterval = .milliseconds(1)
            let relay = Relay(
                pool: database.pool(), publisher: recorder, service: .checkout, limits: limits, on: database.loop,
                log: Log(to: LogRecorder()), metrics: Metrics())
            try await relay.start()
            try await race.run(passed: { recorder.events.contains { $0.key == "early" } }) { relay.wake() }
            await recorder.waitFor(events: race.committed)
            await relay.stop(within: .seconds(10))
            let findings = Findings(published: recorder.events, committed: race.committed)
            #expect(findings == Findings(missing: 0, outOfOrder: 0))
        }
    }

    @Test("A cursor on the row number loses events: the test above can fail")
    func rowNumberCursor() async throws {
        let findings = try await race(reading: RowNumberCursor())
        #expect(findings.missing > 0, "\(findings)")
    }

    @Test("A snapshot that moves after one limited page loses the rest: the test above can fail")
    func movingSnapshot() async throws {
        let findings = try await race(reading: MovingSnapshotCursor())
        #expect(findings.missing > 0, "\(findings)")
    }

    /// Reads with a wrong cursor until the writers are done and it finds nothing more.
    private func race(reading cursor: some WrongCursor) async throws -> Findings {
        try await TestDatabase.with { database in
            let race = try await Race(database)
            let pool = database.pool()
            let writersDone = Lock(false)
            let hasPassed = Lock(false)
            async let writing: Void = {
                // Also when they fail: the reader must not wait for them then.
                defer { writersDone.withLock { $0 = true } }
                try await race.run(passed: { hasPassed.withLock { $0 } }) {}
            }()
            var cursor = cursor
            var published: [PublishedEvent] = []
            while true {
                let done = writersDone.withLock { $0 }
                let page = try await cursor.nextPage(pool, limit: Self.pageEventsMax)
                published += page
                if page.contains(where: { $0.key == "early" }) { hasPassed.withLock { $0 = true } }
                if page.isEmpty, done { break }
            }
            try await writing
            return Findings(published: published, committed: race.committed)
        }
    }
}

// MARK: - The race

/// Writers that lock a key's row, draw the event's number, and commit after a random pause. Before them one
/// draws its number first and commits last, and another commits more at once than a page holds, so that neither the
/// disorder nor a page that ends in the middle of a difference depends on luck.
private struct Race {
    let database: TestDatabase
    let pool: PostgresPool
    /// Events that become visible at one moment: no reader, however quick, finds them in pages of its own.
    static let burst = 3 * Int(CommitOrderRaceTests.pageEventsMax)
    var committed: Int { CommitOrderRaceTests.writers * CommitOrderRaceTests.writesEach + 2 + Self.burst }

    init(_ database: TestDatabase) async throws {
        self.database = database
        pool = database.pool { $0.connectionsMax = CommitOrderRaceTests.writers }
        try await Migrations.apply([messagingMigrations], with: pool)
        _ = try await pool.query("CREATE TABLE aggregate (key text PRIMARY KEY, sequence bigint NOT NULL)")
    }

    /// - Parameter passed: whether the cursor has read the early one.
    func run(
        passed: @escaping @Sendable () -> Bool, _ committed: @escaping @Sendable () -> Void
    ) async throws {
        try await lateCommit(passed, committed)
        try await pool.withTransaction { transaction in
            for _ in 0..<Self.burst { try await write("burst", in: transaction) }
        }
        committed()
        let seed = UInt64.random(in: .min ... .max)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<CommitOrderRaceTests.writers {
                    group.addTask {
                        var random = SeededRandom(seed: seed &+ UInt64(writer))
                        for _ in 0..<CommitOrderRaceTests.writesEach {
                            let key = "key-\(Int.random(in: 0..<CommitOrderRaceTests.keys, using: &random))"
                            let pause = Double.random(in: 0...0.004, using: &random)
                            try await pool.withTransaction { transaction in
                                try await write(key, in: transaction)
                                _ = try await transaction.query("SELECT pg_sleep(\(pause))")
                            }
                            committed()
                        }
                    }
                }
                try await group.waitForAll()
            }
        } catch {
            Issue.record("the race failed with seed \(seed): \(error)")
            throw error
        }
    }

    /// One transaction begins first and commits last: when the cursor has passed the higher number of another.
    private func lateCommit(
        _ passed: @escaping @Sendable () -> Bool, _ committed: @escaping @Sendable () -> Void
    ) async throws {
        try await pool.withTransaction { late in
            try await write("late", in: late)
            try await pool.withTransaction { try await write("early", in: $0) }
            committed()
            try await eventually("the cursor has passed the early one") { passed() }
        }
        committed()
    }

    private func write(_ key: String, in transaction: PostgresTransaction) async throws {
        let sequence: Int64 = try await transaction.query(
            """
            INSERT INTO aggregate VALUES (\(key), 1)
            ON CONFLICT (key) DO UPDATE SET sequence = aggregate.sequence + 1 RETURNING sequence
            """
        ).one().get("sequence")
        _ = try await transaction.query(
            """
            INSERT INTO event_log (topic, key, sequence, id, type, schema_version, correlation_id, body)
            VALUES ('test.races.v1', \(key), \(sequence), gen_random_uuid(), 'Raced', '1.0', gen_random_uuid(), '{}')
            """)
    }
}

struct PublishedEvent: Hashable, Sendable {
    let key: String
    let sequence: Int64
}

/// What the publishing got wrong. Repetitions are allowed; only first occurrences count.
private struct Findings: Equatable, CustomStringConvertible {
    var missing: Int
    var outOfOrder: Int

    init(missing: Int, outOfOrder: Int) {
        self.missing = missing
        self.outOfOrder = outOfOrder
    }

    init(published: [PublishedEvent], committed: Int) {
        var highest: [String: Int64] = [:]
        var seen: Set<PublishedEvent> = []
        outOfOrder = 0
        for event in published where seen.insert(event).inserted {
            if event.sequence < highest[event.key] ?? 0 { outOfOrder += 1 }
            highest[event.key] = max(highest[event.key] ?? 0, event.sequence)
        }
        missing = committed - seen.count
    }

    var description: String { "\(missing) missing, \(outOfOrder) out of order" }
}

// MARK: - Two wrong ways

private protocol WrongCursor: Sendable {
    mutating func nextPage(_ pool: PostgresPool, limit: Int32) async throws -> [PublishedEvent]
}

private struct RowNumberCursor: WrongCursor {
    private var after: Int64 = 0

    mutating func nextPage(_ pool: PostgresPool, limit: Int32) async throws -> [PublishedEvent] {
        let rows = try await pool.query(
            "SELECT key, sequence, number FROM event_log WHERE number > \(after) ORDER BY number LIMIT \(limit)")
        if let last = rows.last { after = try last.get("number") }
        return try rows.map { PublishedEvent(key: try $0.get("key"), sequence: try $0.get("sequence")) }
    }
}

private struct MovingSnapshotCursor: WrongCursor {
    private var from = Snapshot.nothing.text

    mutating func nextPage(_ pool: PostgresPool, limit: Int32) async throws -> [PublishedEvent] {
        let to: String = try await pool.query("SELECT pg_current_snapshot()::text AS snapshot").one().get("snapshot")
        let rows = try await pool.query(
            """
            SELECT key, sequence FROM event_log
            WHERE pg_visible_in_snapshot(xid, \(to)::pg_snapshot)
              AND NOT pg_visible_in_snapshot(xid, \(from)::pg_snapshot)
            ORDER BY number LIMIT \(limit)
            """)
        from = to
        return try rows.map { PublishedEvent(key: try $0.get("key"), sequence: try $0.get("sequence")) }
    }
}
