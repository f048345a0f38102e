/// What runs SQL: a pool, a leased session, a transaction. Write a store against this, and it works in all three.
public protocol PostgresQueryable: Sendable {
    /// Runs one statement.
    func query(_ sql: SQL) async throws(PostgresError) -> Rows

    /// Runs several statements in one round trip. Where no transaction is open it is one of its own: all of them
    /// or none. The first failure is the error of all.
    func unit(_ statements: [SQL]) async throws(PostgresError) -> [Rows]
}
