import Postgres
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Serials of order numbers")
struct OrderNumbersTests {
    @Test("However many ask at once, everybody gets one, and nobody the same", arguments: [1, 64, 1_000])
    func many(count: Int) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await pool.query("CREATE SEQUENCE order_number INCREMENT BY 32")
            let numbers = OrderNumbers(pool: pool, on: TestLoop.shared)
            let drawn = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<count { group.addTask { try await numbers.next() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(drawn).count == count)
        }
    }

    @Test("While the database is away everybody is told so; when it is back numbers come again")
    func away() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let numbers = OrderNumbers(pool: pool, on: TestLoop.shared)
            await #expect(throws: PostgresError.self) { try await numbers.next() }
            _ = try await pool.query("CREATE SEQUENCE order_number INCREMENT BY 32")
            #expect(try await numbers.next() > 0)
        }
    }
}
