import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite struct ValueTests {
    /// Sends each value, has the server compare it with a literal of its own, and reads it back.
    private func check<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [(Value, literal: String)], on pool: PostgresPool
    ) async throws {
        for (value, literal) in values {
            let row = try await pool.query(
                "SELECT \(value), \(value)::text = (\(sql: .trusted(literal)))::text, \(Value?.none), \([value])"
            ).one()
            let (back, isSame, null) = try row.decode(Value.self, Bool.self, Value?.self)
            #expect(back == value, "\(literal)")
            #expect(isSame, "\(literal)")
            #expect(null == nil, "\(literal)")
            #expect(try row.get(0, as: Value?.self) == value)
            #expect(throws: PostgresError.self) { try row.get(2, as: Value.self) }
        }
        let all = values.map(\.0)
        let arrays = try await pool.query(
            "SELECT \(all), \(all.map(Optional.some) + [nil]), \([Value]()), cardinality(\(all)), \([Value]?.none)"
        ).one()
        #expect(try arrays.get(0, as: [Value].self) == all)
        #expect(try arrays.get(1, as: [Value?].self) == all + [nil])
        #expect(throws: PostgresError.self) { try arrays.get(1, as: [Value].self) }
        #expect(try arrays.get(2, as: [Value].self) == [])
        #expect(try arrays.get(3, as: Int.self) == all.count)
        #expect(try arrays.get(4, as: [Value]?.self) == nil)
    }

    @Test("Every scalar and its array go to the server and come back the same, NULL as nil")
    func roundTrips() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            try await check([(true, "true"), (false, "false")], on: pool)
            try await check([(Int16.min, "(-32768)::int2"), (.max, "32767::int2")], on: pool)
            try await check([(Int32.min, "(-2147483648)::int4"), (.max, "2147483647")], on: pool)
            try await check([(Int64.min, "(-9223372036854775808)::int8"), (.max, "9223372036854775807")], on: pool)
            try await check([(-1, "-1"), (0, "0"), (Int.max, "9223372036854775807")], on: pool)
            try await check(
                [(1.5, "1.5::float8"), (-0.0, "'-0'::float8"), (.infinity, "'Infinity'::float8")], on: pool)
            try await check(
                [("", "''"), ("Almodóvar “Goya Awards®” 🎬", "'Almodóvar “Goya Awards®” 🎬'"), ("'$1\\", "'''$1\\'")],
                on: pool)
            let uuid = try #require(UUID(uuidString: "0190163d-8694-739b-aea5-966c26f8ad91"))
            try await check([(uuid, "'0190163d-8694-739b-aea5-966c26f8ad91'::uuid")], on: pool)
            try await check([(Bytea([]), "''::bytea"), (Bytea([0, 1, 255]), #"'\x0001ff'::bytea"#)], on: pool)
            try await check(
                [(JSONText(Array(#"{"a" :1}"#.utf8)), #"'{"a" :1}'"#)], on: pool)
            try await check([(JSONBText(Array(#"{"a": 1}"#.utf8)), #"'{"a":1}'::jsonb"#)], on: pool)
            try await check(
                [
                    (PostgresTimestamp(microsecondsSince1970: 0), "'1970-01-01T00:00:00Z'::timestamptz"),
                    (
                        .init(microsecondsSince1970: 1_795_500_000_123_456),
                        "to_timestamp(1795500000) + interval '123456 us'"
                    ),
                    (.init(microsecondsSince1970: -62_135_596_800_000_000), "'0001-01-01T00:00:00Z'::timestamptz"),
                ], on: pool)
        }
    }

    @Test("A time that timestamptz cannot hold is refused before it is sent; infinity is not a time")
    func times() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let tooEarly = PostgresTimestamp(microsecondsSince1970: .min)
            let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT \(tooEarly)") }
            #expect(error?.kind == .encoding)
            // The first that PostgreSQL itself names, and the last that fits into our 64 bits.
            for literal in ["'4713-11-24 00:00:00+00 BC'", "'294247-01-10 04:00:54.775807+00'"] {
                let sql: SQL = "SELECT \(sql: .trusted(literal))::timestamptz"
                let time = try await pool.query(sql).one().get(0, as: PostgresTimestamp.self)
                let back = try await pool.query("SELECT \(time)").one().get(0, as: PostgresTimestamp.self)
                #expect(back == time)
            }
            let later = try await pool.query("SELECT '294276-12-31 23:59:59.999999+00'::timestamptz").one()
            #expect(throws: PostgresError.self) { try later.get(0, as: PostgresTimestamp.self) }
            let row = try await pool.query("SELECT 'infinity'::timestamptz, '-infinity'::timestamptz").one()
            #expect(throws: PostgresError.self) { try row.get(0, as: PostgresTimestamp.self) }
            #expect(throws: PostgresError.self) { try row.get(1, as: PostgresTimestamp.self) }
        }
    }

    @Test("A json parameter fills a jsonb column, and text types are read as String")
    func conversions() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let rows = try await pool.unit([
                "CREATE TABLE t (j jsonb, v varchar(10), c char(3), n name)",
                "INSERT INTO t VALUES (\(JSONText(Array("[1,  2]".utf8))), \("v"), \("c"), \("n"))",
                "SELECT j, v, c, n FROM t",
            ])
            let row = try rows[2].one()
            #expect(try row.get("j", as: JSONText.self) == JSONText(Array("[1, 2]".utf8)))
            #expect(try row.get("v", as: String.self) == "v")
            #expect(try row.get("c", as: String.self) == "c  ")
            #expect(try row.get("n", as: String.self) == "n")
        }
    }

    @Test("A number that does not fit, a wrong type, a missing column: the error names column and statement")
    func decodingErrors() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let rows = try await pool.query(
                "/* readings */ SELECT 40000::int4 AS big, 1.5::numeric AS exact, NULL::int4 AS gap")
            let row = try rows.one()
            #expect(try row.get("big", as: Int64.self) == 40_000)
            func text(_ body: () throws -> Void) -> String {
                do { try body() } catch { return "\(error)" }
                return "no error"
            }
            #expect(
                text { _ = try row.get("big", as: Int16.self) }
                    == "column big: the number does not fit into Int16 in readings")
            #expect(
                text { _ = try row.get("exact", as: Double.self) }
                    == "column exact: it is numeric and cannot be read as Double in readings")
            #expect(text { _ = try row.get("gap", as: Int.self) } == "column gap: it is NULL in readings")
            #expect(text { _ = try row.get("none", as: Int.self) } == "there is no column none in readings")
            #expect(text { _ = try row.get(3, as: Int.self) } == "there is no column 3 in readings")
            #expect(text { _ = try row.get(-1, as: Int.self) } == "there is no column -1 in readings")
        }
    }

    @Test("An array of two dimensions is refused, not flattened")
    func dimensions() async throws {
        try await TestDatabase.with { database in
            let row = try await database.pool().query("SELECT '{{1,2},{3,4}}'::int8[]").one()
            #expect(throws: PostgresError.self) { try row.get(0, as: [Int].self) }
        }
    }

    @Test("U+0000 never reaches the server: in a value, a JSON text, a statement or a script")
    func nul() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let refused: [SQL] = [
                "SELECT \("a\0b")", "SELECT \(["a", "\0"])", "SELECT \(JSONText([0x22, 0, 0x22]))", "SELECT 1\0 + 1",
            ]
            for sql in refused {
                let error = await #expect(throws: PostgresError.self) { try await pool.unit(["SELECT 1", sql]) }
                #expect(error?.kind == .encoding)
            }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withConnection { try await $0.script("SELECT 1;\0 garbage") }
            }
            #expect(error?.kind == .encoding)
            let one = try await pool.query("SELECT \(1)").one()
            #expect(try one.get(0, as: Int.self) == 1)
        }
    }
}
