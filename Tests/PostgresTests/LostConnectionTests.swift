import Postgres
import Reactor
import TestSupport
import Testing

@Suite struct LostConnectionTests {
    /// A pool that goes through a proxy, and one that does not.
    private func withProxy(
        _ adjust: @escaping (inout PostgresConfiguration) -> Void = { _ in },
        _ body: (CuttableProxy, PostgresPool, PostgresPool) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let direct = database.pool()
            _ = try await direct.query("CREATE TABLE t (a int8 PRIMARY KEY)")
            try await database.withProxy { proxy, through in
                let pool = database.pool {
                    $0.connectionString = through
                    $0.connectionsMax = 1
                    adjust(&$0)
                }
                try await body(proxy, pool, direct)
            }
        }
    }

    private func count(_ pool: PostgresPool) async throws -> Int {
        try await pool.query("SELECT count(*) FROM t").one().get(0)
    }

    @Test("When the answer to a writing unit is lost, its outcome is unknown, and the error says so")
    func unknownUnit() async throws {
        try await withProxy { proxy, pool, direct in
            _ = try await pool.query("SELECT 1")
            try await proxy.loseAnswers()
            let unit = Task { try await pool.unit(["/* insert */ INSERT INTO t VALUES (1)", "SELECT 1"]) }
            try await eventually("it is committed") { try await count(direct) == 1 }
            try await proxy.cut()
            let error = try #require(await failure { try await unit.value })
            #expect(error.kind == .outcomeUnknown)
            #expect("\(error)".hasPrefix("outcome unknown in insert: the connection broke after the commit was sent"))
            #expect(try await count(pool) == 1)
        }
    }

    @Test("When the answer to a COMMIT is lost, the transaction's outcome is unknown")
    func unknownCommit() async throws {
        try await withProxy { proxy, pool, direct in
            let transaction = Task {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    try await proxy.loseAnswers()
                }
            }
            try await eventually("it is committed") { try await count(direct) == 1 }
            try await proxy.cut()
            #expect(await failure { try await transaction.value }?.kind == .outcomeUnknown)
        }
    }

    @Test("When the answer to a reading unit is lost, nothing is unknown: it may be asked again")
    func reading() async throws {
        try await withProxy { proxy, pool, _ in
            _ = try await pool.query("SELECT 1")
            try await proxy.loseAnswers()
            let query = Task { try await pool.query("/* lookUp */ SELECT 2") }
            try await eventually("it is sent") { await pool.statistics.leased == 1 }
            try await proxy.cut()
            let error = try #require(await failure { try await query.value })
            #expect(error.kind == .connection)
            #expect(error.statementName == "lookUp")
            #expect(try await pool.query("SELECT 3").count == 1)
        }
    }

    @Test("A transaction cut before its COMMIT did not happen, for certain")
    func cutTransaction() async throws {
        try await withProxy { proxy, pool, direct in
            let error = await failure {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    try await proxy.cut()
                    _ = try await transaction.query("INSERT INTO t VALUES (2)")
                }
            }
            #expect(error?.kind == .connection)
            let counts = try await [count(direct), count(pool)]
            #expect(counts == [0, 0])
        }
    }

    @Test("A unit whose end never left this process did not happen, for certain")
    func cutSending() async throws {
        try await withProxy { proxy, pool, direct in
            _ = try await pool.query("SELECT 1")
            try await proxy.stopListening()
            let large = Bytea([UInt8](repeating: 1, count: 32 << 20))
            let unit = Task {
                try await pool.unit(["INSERT INTO t VALUES (1)", "SELECT length(\(large))"])
            }
            try await eventually("it is on its way") { await pool.statistics.leased == 1 }
            try await proxy.cut()
            #expect(await failure { try await unit.value }?.kind == .connection)
            #expect(try await count(direct) == 0)
        }
    }

    @Test("A server process ended in the middle of a statement: a connection error with the server's reason")
    func terminated() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let other = database.pool()
            _ = try await pool.query("CREATE TABLE t (a int8)")
            let unit = Task {
                try await pool.unit([
                    "INSERT INTO t VALUES (1)", "/* victim */ INSERT INTO t SELECT 2 FROM pg_sleep(600)",
                ])
            }
            try await database.terminate(running: "victim", with: other)
            let error = try #require(await failure { try await unit.value })
            #expect(error.kind == .connection)
            #expect(error.sqlState == "57P01")
            #expect(error.statementName == "victim")
            #expect(try await pool.query("SELECT count(*) FROM t").one().get(0, as: Int.self) == 0)
        }
    }

    @Test("A server process ended in the middle of the commit: the outcome is unknown")
    func terminatedAtCommit() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let other = database.pool()
            try await other.withConnection { session in
                try await session.script(
                    """
                    CREATE TABLE t (a int8);
                    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
                        AS $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION dawdle();
                    """)
            }
            let insert: SQL = "/* dawdling */ INSERT INTO t VALUES (1)"
            let unit = Task { try await pool.query(insert) }
            try await database.terminate(running: "dawdling", with: other)
            let error = try #require(await failure { try await unit.value })
            #expect(error.kind == .outcomeUnknown)
            #expect(error.sqlState == "57P01")
            let transaction = Task { try await pool.withTransaction { try await $0.query(insert).count } }
            try await database.terminate(running: "COMMIT", with: other)
            #expect(await failure { try await transaction.value }?.kind == .outcomeUnknown)
        }
    }

    @Test("Whoever has little time is answered in it by a server that is silent; others wait on")
    func patience() async throws {
        try await withProxy { proxy, pool, direct in
            _ = try await pool.query("SELECT 1")
            try await proxy.stopListening()
            let written = await failure {
                // Enough to send it on any machine.
                try await PostgresPool.answering(within: .seconds(3)) {
                    try await pool.query("INSERT INTO t VALUES (1)")
                }
            }
            // Sent to its end, as far as this side knows.
            #expect(written?.kind == .outcomeUnknown)
            let read = await failure {
                // Not longer than the one around it.
                try await PostgresPool.answering(within: .milliseconds(50)) {
                    try await PostgresPool.answering(within: .seconds(60)) { try await pool.query("SELECT 1") }
                }
            }
            #expect([.connection, .poolTimeout].contains(read?.kind))
            try await proxy.cut()
            #expect(try await pool.query("SELECT 2").count == 1)
            #expect(try await count(direct) == 0)
        }
    }

    @Test("An idle connection that breaks is noticed and replaced")
    func idle() async throws {
        try await withProxy { proxy, pool, _ in
            _ = try await pool.query("SELECT 1")
            try await proxy.cut()
            try await eventually("it is noticed") { await pool.statistics.connections == 0 }
            #expect(try await pool.query("SELECT 2").count == 1)
        }
    }

    @Test("While the server is away a query fails with the reason; when it is back the pool finds it by itself")
    func serverAway() async throws {
        let (events, sink) = AsyncStream.makeStream(of: PostgresEvent.self)
        try await TestDatabase.with { database in
            try await database.withProxy { proxy, through in
                let pool = database.pool(
                    {
                        $0.connectionString = through
                        $0.leaseWaitMax = .milliseconds(300)
                        $0.backOffMax = .milliseconds(100)
                    }, events: { sink.yield($0) })
                try await proxy.cut(refusing: true)
                let error = try await pool.refusal(telling: "the last attempt to connect: ")
                #expect(error.kind == .poolTimeout)
                try await proxy.cut(refusing: false)
                try await eventually("the pool is connected again") { (try? await pool.query("SELECT 2"))?.count == 1 }
                await pool.close()
            }
        }
        sink.finish()
        var failures = 0
        var connects = 0
        for await event in events {
            switch event {
            case .connectFailed: failures += 1
            case .connected: connects += 1
            default: break
            }
        }
        #expect(failures >= 1 && connects >= 1)
    }

    @Test("A server that accepts and says nothing is given up after the limit for connecting")
    func silentServer() async throws {
        try await withProxy({ configuration in
            configuration.connectMax = .milliseconds(200)
            configuration.leaseWaitMax = .seconds(1)
        }) { proxy, pool, _ in
            try await proxy.stopListening()
            _ = try await pool.refusal(telling: "no connection within 0.2 seconds")
        }
    }
}
