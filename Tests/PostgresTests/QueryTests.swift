import Postgres
import TestSupport
import Testing

@Suite struct QueryTests {
    @Test("A query returns the rows that the server computed from bound values")
    func query() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let rows = try await pool.query("SELECT \(20) + \(22) AS answer, \("text")::text AS word")
            let row = try rows.one()
            #expect(try row.get("answer", as: Int.self) == 42)
            #expect(try row.get("word", as: String.self) == "text")
        }
    }
}
