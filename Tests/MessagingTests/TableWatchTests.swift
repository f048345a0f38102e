import Messaging
import Postgres
import Reactor
import ServiceShell
import TestSupport
import Testing

@Suite("A watch over a table")
struct TableWatchTests {
    @Test("What is there is known when the start returns, and what is notified soon after")
    func notices() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await pool.unit(["CREATE TABLE numbers (number bigint)", "INSERT INTO numbers VALUES (1)"])
            let known = Lock<Int64>(0)
            // Never by the clock in this test.
            let watch = Self.watch(known, of: pool, on: database.loop, every: .seconds(3600))
            try await watch.start()
            #expect(known.withLock { $0 } == 1)
            _ = try await pool.unit(["UPDATE numbers SET number = 2", "NOTIFY numbers_changed"])
            try await eventually("2 is known") { known.withLock { $0 } == 2 }
            await watch.stop(within: .seconds(10))
        }
    }

    @Test("What nobody notified is known after the interval; failures in between change nothing and are told once")
    func interval() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await pool.unit(["CREATE TABLE numbers (number bigint)", "INSERT INTO numbers VALUES (1)"])
            let (known, recorder) = (Lock<Int64>(0), LogRecorder())
            let watch = Self.watch(known, of: pool, on: database.loop, every: .milliseconds(5), log: recorder)
            try await watch.start()
            _ = try await pool.query("ALTER TABLE numbers RENAME TO hidden")
            try await eventually("it has failed again and again") {
                recorder.lines(of: "watch.failed").count > 2
            }
            #expect(known.withLock { $0 } == 1)
            #expect(recorder.lines(of: "watch.failed").count { $0.contains("\"warning\"") } == 1)
            _ = try await pool.unit(["UPDATE hidden SET number = 2", "ALTER TABLE hidden RENAME TO numbers"])
            try await eventually("2 is known") { known.withLock { $0 } == 2 }
            await watch.stop(within: .seconds(10))
        }
    }

    @Test("Where the first look fails the start fails")
    func startFails() async throws {
        try await TestDatabase.with { database in
            let watch = Self.watch(
                Lock<Int64>(0), of: database.pool(), on: database.loop, every: .seconds(3600))
            await #expect(throws: PostgresError.self) { try await watch.start() }
            await watch.stop(within: .seconds(10))
        }
    }

    private static func watch(
        _ known: Lock<Int64>, of pool: PostgresPool, on loop: EventLoop, every interval: Duration,
        log: LogRecorder = LogRecorder()
    ) -> TableWatch {
        TableWatch(
            "numbers", channel: "numbers_changed", every: interval, of: pool, on: loop, log: Log(to: log, level: .debug)
        ) { _ in
            let number = try await pool.query("SELECT number FROM numbers").one().get(0, as: Int64.self)
            known.withLock { $0 = number }
        }
    }
}
