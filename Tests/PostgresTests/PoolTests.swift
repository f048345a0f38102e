import Postgres
import Reactor
import TestSupport
import Testing

@Suite struct PoolTests {
    @Test("However many ask, there are no more connections than the bound, and all are served")
    func bounded() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 3 }
            let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let row = try await pool.query("SELECT pg_backend_pid(), \(number)").one()
                        #expect(try row.get(1, as: Int.self) == number)
                        return try row.get(0)
                    }
                }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect(pids.count <= 3)
            #expect(await pool.statistics.connections <= 3)
            // One may still be on its way to a waiter that was served by another.
            try await eventually("all are idle") {
                let statistics = await pool.statistics
                return statistics.idle == statistics.connections && statistics.waiting == 0
            }
        }
    }

    @Test("A wait for a connection ends at its deadline, with the reason")
    func deadline() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool {
                $0.connectionsMax = 1
                $0.leaseWaitMax = .seconds(30)
            }
            _ = try await pool.query("SELECT 1")
            let hasty = database.pool {
                $0.connectionsMax = 1
                $0.leaseWaitMax = .milliseconds(300)
                $0.connectionsMin = 1
            }
            try await eventually("it is connected") { await hasty.statistics.idle == 1 }
            try await hasty.withConnection { _ in
                let error = try #require(await failure { try await hasty.query("/* late */ SELECT 1") })
                #expect(error.kind == .poolTimeout)
                #expect("\(error)" == "no connection to the database came free in time, at most 0.3 seconds in late")
                #expect(await failure { try await hasty.withConnection { _ in } }?.kind == .poolTimeout)
            }
            #expect(try await hasty.query("SELECT 1").count == 1)
        }
    }

    @Test("A cancelled wait ends at once, and the connection goes to the next")
    func cancelledWait() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let next = try await pool.withConnection { _ -> Task<Rows, any Error> in
                let waiting = Task { try await pool.query("SELECT 1") }
                try await eventually("it waits") { await pool.statistics.waiting == 1 }
                let next = Task { try await pool.query("SELECT 2::int8") }
                try await eventually("both wait") { await pool.statistics.waiting == 2 }
                waiting.cancel()
                #expect(await failure { try await waiting.value }?.kind == .cancelled)
                // One that was cancelled before it began does not wait either.
                let late = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await pool.query("SELECT 1")
                }
                #expect(await failure { try await late.value }?.kind == .cancelled)
                return next
            }
            #expect(try await next.value.one().get(0, as: Int.self) == 2)
        }
    }

    @Test("A statement that takes too long is stopped by the server, and its connection lives on")
    func statementTimeout() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool {
                $0.connectionsMax = 1
                $0.statementTimeout = .seconds(2)  // long enough for the next statement
            }
            let error = await failure { try await pool.query("/* nap */ SELECT pg_sleep(600)") }
            #expect(error?.sqlState == "57014")
            let next = try await pool.query("SELECT 1")
            #expect(next.count == 1)
            #expect(await pool.statistics.connections == 1)
        }
    }

    @Test("An answer that does not come in time ends the connection")
    func answerMax() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool {
                $0.statementTimeout = .zero
                $0.answerMax = .seconds(4)  // long enough for the next statement
            }
            let error = await failure { try await pool.query("/* deaf */ SELECT pg_sleep(600)") }
            #expect(error?.kind == .connection)
            let next = try await pool.query("SELECT 1")
            #expect(next.count == 1)
        }
    }

    @Test("A closed pool lets what runs finish, fails what waits, and refuses what comes")
    func closing() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let (held, hold) = AsyncStream.makeStream(of: Void.self)
            let (released, release) = AsyncStream.makeStream(of: Void.self)
            let running = Task {
                try await pool.withConnection { session in
                    hold.yield()
                    for await _ in released { break }
                    return try await session.query("SELECT 1::int8")
                }
            }
            for await _ in held { break }
            let waiting = Task { try await pool.query("SELECT 2") }
            try await eventually("it waits") { await pool.statistics.waiting == 1 }
            let closing = Task { await pool.close(within: .seconds(600)) }
            #expect(await failure { try await waiting.value }?.kind == .closed)
            #expect(await failure { try await pool.query("SELECT 3") }?.kind == .closed)
            release.yield()
            #expect(try await running.value.count == 1)
            await closing.value
            #expect(await pool.statistics.connections == 0)
            await pool.close()
        }
    }

    @Test("Closing within no time cuts off what runs")
    func closingAtOnce() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let observer = database.pool()
            let running = Task { try await pool.query("/* long */ SELECT pg_sleep(600)") }
            try await eventually("it runs") { try await !database.backends(running: "long", with: observer).isEmpty }
            await pool.close(within: .zero)
            #expect(await failure { try await running.value }?.kind == .closed)
        }
    }

    @Test("A bad connection string is an error that does not quote it")
    func badConnectionString() async throws {
        for text in ["postgres://user:s3cr3t@host:port/x", "host=h password=s3cr3t nonsense", "password='s3cr3t"] {
            var configuration = PostgresConfiguration(text)
            configuration.leaseWaitMax = .milliseconds(200)
            let pool = PostgresPool(configuration, on: TestLoop.shared)
            let error = try await pool.refusal(telling: "the last attempt to connect: ")
            #expect(error.kind == .poolTimeout)
            #expect("\(error)".contains("cannot be parsed") || "\(error)".contains("port"))
            #expect(!"\(error) \(configuration)".contains("s3cr3t"))
            await pool.close()
        }
    }

    @Test("The server's notices reach the events")
    func notices() async throws {
        try await TestDatabase.with { database in
            let (events, sink) = AsyncStream.makeStream(of: PostgresEvent.self)
            let pool = database.pool(events: { sink.yield($0) })
            _ = try await pool.query("DO $$ BEGIN RAISE WARNING 'mind the gap'; END $$")
            sink.finish()
            var heard: [String] = []
            for await case .notice(let severity, let sqlState, let message) in events {
                heard.append("\(severity) \(sqlState) \(message)")
            }
            #expect(heard == ["WARNING 01000 mind the gap"])
        }
    }
}
