import Postgres
import Reactor
import TestSupport
import Testing

@Suite struct TransactionTests {
    struct Refusal: Error, Equatable {}

    private func withCounter(
        _ body: (PostgresPool, PostgresPool) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let observer = database.pool { $0.connectionsMax = 1 }
            _ = try await pool.query("CREATE TABLE t (a int8 PRIMARY KEY)")
            try await body(pool, observer)
        }
    }

    private func count(_ pool: PostgresPool) async throws -> Int {
        try await pool.query("SELECT count(*) FROM t").one().get(0)
    }

    @Test("A transaction is seen by others after its body, not before")
    func commits() async throws {
        try await withCounter { pool, observer in
            let result = try await pool.withTransaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (1)")
                _ = try await transaction.unit(["INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)"])
                #expect(try await count(observer) == 0)
                return "done"
            }
            #expect(result == "done")
            #expect(try await count(observer) == 3)
        }
    }

    @Test("A body that throws leaves nothing behind, its own error comes out, and the connection is kept")
    func rollsBack() async throws {
        try await withCounter { pool, observer in
            await #expect(throws: Refusal()) {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    throw Refusal()
                }
            }
            await #expect(throws: Refusal()) { try await pool.withTransaction { _ in throw Refusal() } }
            let counts = try await [count(observer), count(pool)]
            #expect(counts == [0, 0])
            let statistics = await pool.statistics
            #expect(statistics.connections == 1 && statistics.idle == 1)
        }
    }

    @Test("A transaction in which a statement failed cannot commit, even if the body hides the error")
    func commitOfFailed() async throws {
        try await withCounter { pool, observer in
            let error = await failure {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try? await transaction.query("SELECT 1/\(0)")
                }
            }
            #expect(error?.kind == .transaction)
            // The first statement of all, the one that brings BEGIN along.
            let first = await failure {
                try await pool.withTransaction { transaction in _ = try? await transaction.query("SELECT 1/\(0)") }
            }
            #expect(first?.kind == .transaction)
            let counts = try await [count(observer), count(pool)]
            #expect(counts == [0, 0])
        }
    }

    @Test("A cancelled task still rolls back, and the connection is fit for the next")
    func cancelled() async throws {
        try await withCounter { pool, observer in
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    start.yield()
                    try await TestLoop.shared.sleep(for: .seconds(600))
                }
            }
            for await _ in started { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let counts = try await [count(observer), count(pool)]
            #expect(counts == [0, 0])
            #expect(await pool.statistics.connections == 1)
        }
    }

    @Test("A statement that was sent has its outcome told, though its task was cancelled meanwhile")
    func cancelledInFlight() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let observer = database.pool()
            _ = try await pool.query("CREATE TABLE t (a int8)")
            let lock = try await observer.withTransaction { transaction in
                _ = try await transaction.query("LOCK TABLE t")
                let task = Task {
                    try await pool.unit(["/* slow */ INSERT INTO t VALUES (1)", "SELECT 5::int8 AS five"])
                }
                try await eventually("it runs") {
                    try await !database.backends(running: "slow", with: observer).isEmpty
                }
                task.cancel()
                return task
            }
            #expect(try await lock.value[1].one().get("five", as: Int.self) == 5)
            #expect(try await pool.query("SELECT 6::int8 AS six").one().get("six", as: Int.self) == 6)
            #expect(await pool.statistics.connections == 1)
        }
    }

    @Test("A transaction that escaped its body is closed")
    func escaped() async throws {
        try await withCounter { pool, _ in
            var kept: PostgresTransaction?
            try await pool.withTransaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (1)")
                kept = transaction
            }
            let transaction = try #require(kept)
            #expect(await failure { try await transaction.query("INSERT INTO t VALUES (2)") }?.kind == .closed)
            var session: PostgresSession?
            try await pool.withConnection { session = $0 }
            let late = try #require(session)
            #expect(await failure { try await late.query("INSERT INTO t VALUES (2)") }?.kind == .closed)
            #expect(try await count(pool) == 1)
        }
    }

    @Test("A body that ends its transaction by a statement of its own is told so")
    func endedInside() async throws {
        try await withCounter { pool, _ in
            let error = await failure {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("COMMIT")
                }
            }
            #expect(error?.kind == .transaction)
        }
    }

    @Test("A connection that comes back inside a transaction is closed, not lent again")
    func leftOpen() async throws {
        try await withCounter { pool, observer in
            try await pool.withConnection { session in
                _ = try await session.query("BEGIN")
                _ = try await session.query("INSERT INTO t VALUES (1)")
            }
            #expect(try await count(pool) == 0)
            _ = try await pool.query("BEGIN")
            _ = try await pool.query("INSERT INTO t VALUES (2)")
            #expect(try await count(observer) == 1)
        }
    }

    @Test("A session keeps its connection; several tasks may use it, one round trip after the other")
    func session() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            try await pool.withConnection { session in
                _ = try await session.query("CREATE TEMPORARY TABLE mine (a int8)")
                try await withThrowingTaskGroup { group in
                    for number in 0..<20 {
                        group.addTask { _ = try await session.query("INSERT INTO mine VALUES (\(number))") }
                    }
                    try await group.waitForAll()
                }
                let rows = try await session.query("SELECT a FROM mine ORDER BY a")
                #expect(try rows.map { try $0.get(0, as: Int.self) } == Array(0..<20))
                try await session.script("CREATE TEMPORARY TABLE a (x int); CREATE TEMPORARY TABLE b (x int)")
                #expect(try await session.query("SELECT * FROM a, b").isEmpty)
                let error = await failure { try await session.script("DROP TABLE a; DROP TABLE missing") }
                #expect(error?.sqlState == "42P01")
                #expect(try await session.query("SELECT * FROM a, b").isEmpty)
            }
        }
    }
}
