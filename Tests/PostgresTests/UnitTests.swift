import Postgres
import TestSupport
import Testing

@Suite struct UnitTests {
    @Test("A unit returns the rows of each of its statements, in order")
    func results() async throws {
        try await TestDatabase.with { database in
            let rows = try await database.pool().unit([
                "CREATE TABLE t (a int8 PRIMARY KEY)",
                "INSERT INTO t SELECT * FROM unnest(\([3, 1, 2])) RETURNING a",
                "UPDATE t SET a = a + 10 WHERE a >= \(2)",
                "SELECT a FROM t ORDER BY a",
            ])
            #expect(rows.map(\.count) == [0, 3, 0, 3])
            #expect(rows.map(\.affected) == [0, 3, 2, 3])
            #expect(try rows[1].map { try $0.get("a", as: Int.self) } == [3, 1, 2])
            #expect(try rows[3].map { try $0.get("a", as: Int.self) } == [1, 12, 13])
        }
    }

    @Test("Nothing to do is nothing done")
    func empty() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let rows = try await pool.unit([])
            #expect(rows.isEmpty)
            #expect(await pool.statistics.connections == 0)
        }
    }

    @Test("A failing statement undoes the whole unit, wherever it stands, and the error names it")
    func atomic() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            _ = try await pool.query("CREATE TABLE t (a int8 PRIMARY KEY)")
            let insert: SQL = "/* insertTwice */ INSERT INTO t VALUES (\(1))"
            let broken: SQL = "/* misspelled */ SELEKT \(1)"
            for position in 0...2 {
                var unit: [SQL] = ["INSERT INTO t VALUES (\(7))", "INSERT INTO t VALUES (\(8))"]
                unit.insert(broken, at: position)
                let error = await failure { try await pool.unit(unit) }
                #expect(error?.kind == .sqlState("42601"))
                #expect(error?.statementName == "misspelled")
            }
            let error = await failure { try await pool.unit(["SELECT 1", insert, insert, "SELECT 2"]) }
            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "t_pkey")
            #expect(error?.table == "t")
            #expect("\(try #require(error))" == "unique violation 23505 on t_pkey in insertTwice")
            #expect(try await pool.query("SELECT count(*) FROM t").one().get(0, as: Int.self) == 0)
            #expect(await pool.statistics.connections == 1)
        }
    }

    @Test("A failure at the commit itself is the unit's error, and undoes it")
    func deferred() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            _ = try await pool.query("CREATE TABLE t (a int8, UNIQUE (a) DEFERRABLE INITIALLY DEFERRED)")
            let insert: SQL = "/* later */ INSERT INTO t VALUES (\(1))"
            let error = await failure { try await pool.unit([insert, insert]) }
            #expect(error?.sqlState == "23505")
            #expect(try await pool.query("SELECT count(*) FROM t").one().get(0, as: Int.self) == 0)
            let commit = await failure {
                try await pool.withTransaction { transaction in try await transaction.unit([insert, insert]) }
            }
            #expect(commit?.sqlState == "23505")
            #expect(try await pool.query("SELECT count(*) FROM t").one().get(0, as: Int.self) == 0)
            #expect(await pool.statistics.connections == 1)
        }
    }

    @Test("A failed prepare is not remembered: the same text works once its table exists")
    func failedPrepare() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let select: SQL = "/* early */ SELECT a FROM t WHERE a = \(1)"
            let error = await failure { try await pool.query(select) }
            #expect(error?.sqlState == "42P01")
            #expect("\(try #require(error))" == #"undefined table 42P01: relation "t" does not exist in early"#)
            // Prepared behind a failing statement, so skipped, so not known either.
            _ = await failure { try await pool.unit(["SELECT 1/\(0)", "/* skipped */ SELECT \(5)"]) }
            _ = try await pool.query("CREATE TABLE t (a int8)")
            #expect(try await pool.query(select).isEmpty)
            #expect(try await pool.query("/* skipped */ SELECT \(5)").one().get(0, as: Int.self) == 5)
        }
    }

    @Test("A statement whose result type a migration has changed works on at once; in a transaction, from the next on")
    func changedPlan() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let other = database.pool { $0.connectionsMax = 1 }
            let select: SQL = "SELECT * FROM t"
            _ = try await pool.unit(["CREATE TABLE t (a int4)", "INSERT INTO t VALUES (1)"])
            #expect(try await pool.query(select).one().get("a", as: Int.self) == 1)
            _ = try await other.query("ALTER TABLE t ADD COLUMN b int4 DEFAULT 5")
            #expect(try await pool.query(select).one().get("b", as: Int.self) == 5)
            _ = try await other.query("ALTER TABLE t ALTER COLUMN b TYPE int8")
            let rows = try await pool.unit(["INSERT INTO t VALUES (2, 6)", select])
            #expect(rows[1].count == 2)
            _ = try await other.query("ALTER TABLE t DROP COLUMN b")
            let error = await failure { try await pool.withTransaction { try await $0.query(select) } }
            #expect(error?.sqlState == "0A000")
            #expect(try await pool.withTransaction { try await $0.query(select).count } == 2)
            #expect(await pool.statistics.connections == 1)
        }
    }

    @Test("More statements than the cache holds: old ones are deallocated, all work")
    func manyStatements() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool {
                $0.connectionsMax = 1
                $0.preparedStatementsMax = 3
            }
            for round in 0..<20 {
                #expect(try await pool.query("SELECT \(round) + \(sql: .trusted("\(round % 7)"))").count == 1)
            }
            let unit = (0..<10).map { number -> SQL in "SELECT \(number), \(sql: .trusted("\(number)"))::int8" }
            for (number, rows) in try await pool.unit(unit).enumerated() {
                #expect(try rows.one().get(1, as: Int.self) == number)
            }
            let prepared: SQL = "SELECT count(*) FROM pg_prepared_statements"
            // Itself it displaced another, which is deallocated behind it.
            _ = try await pool.query(prepared)
            #expect(try await pool.query(prepared).one().get(0, as: Int.self) == 3)
            let unprepared = database.pool {
                $0.connectionsMax = 1
                $0.preparedStatementsMax = 0
            }
            _ = try await unprepared.unit(unit)
            #expect(try await unprepared.query(prepared).one().get(0, as: Int.self) == 0)
        }
    }

    @Test("A unit larger than every buffer, both ways, goes through")
    func large() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool { $0.connectionsMax = 1 }
            let value = Bytea([UInt8](repeating: 7, count: 4 << 20))
            let echo: SQL = "SELECT \(value) AS value"
            let rows = try await pool.unit([echo, echo, echo])
            #expect(try rows.allSatisfy { try $0.one().get("value", as: Bytea.self) == value })
        }
    }

    @Test("An error never shows a bound value or the server's detail")
    func discretion() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let secret = "s3cr3t"
            _ = try await pool.unit([
                "CREATE TABLE t (a text PRIMARY KEY CHECK (a <> 'bad-s3cr3t'), n int2)",
                "INSERT INTO t VALUES (\(secret))",
            ])
            let statements: [SQL] = [
                "INSERT INTO t VALUES (\(secret))", "INSERT INTO t VALUES (\("bad-" + secret))",
                "SELECT \(secret)::text::int4", "SELECT \(secret)::text::date", "SELECT \("{" + secret)::text::jsonb",
                "INSERT INTO t VALUES (NULL, length(repeat(\(secret), 10000)))",
                "DO $$ BEGIN RAISE EXCEPTION 's3cr3t'; END $$",
            ]
            for sql in statements {
                let error = try #require(await failure { try await pool.query(sql) })
                // The label of the last one is its own text, which no value can enter.
                let text = "\(error)".replacing("RAISE EXCEPTION 's3cr3t'", with: "")
                #expect(!text.contains(secret), "\(text)")
                #expect(text.contains(error.sqlState ?? "none"))
            }
        }
    }
}
