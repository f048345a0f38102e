import Postgres
import Reactor
import TestSupport
import Testing

extension TestDatabase {
    /// The server processes that sleep, or wait for a lock, in a statement with `text` in it, or at the commit behind it.
    func backends(running text: String, with pool: PostgresPool) async throws -> [Int32] {
        let rows = try await pool.query(
            """
            SELECT pid FROM pg_stat_activity
            WHERE datname = \(name) AND pid <> pg_backend_pid() AND state <> 'idle' AND position(\(text) IN query) > 0
                AND wait_event_type IN ('Timeout', 'Lock')
            """)
        return try rows.map { try $0.get(0, as: Int32.self) }
    }

    /// Waits for a statement with `text` to run, and ends its server process.
    func terminate(running text: String, with pool: PostgresPool) async throws {
        var pids: [Int32] = []
        try await eventually("\(text) runs") {
            pids = try await backends(running: text, with: pool)
            return !pids.isEmpty
        }
        _ = try await pool.query("SELECT pg_terminate_backend(pid) FROM unnest(\(pids)) AS pid")
    }
}

/// The error that `body` throws.
func failure<Output>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Output
) async -> PostgresError? {
    do {
        _ = try await body()
        Issue.record("it did not fail", sourceLocation: sourceLocation)
    } catch let error as PostgresError {
        return error
    } catch {
        Issue.record("it failed with \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

extension PostgresPool {
    /// Asks until the refusal tells `reason`: a wait for a connection may end before the first attempt has.
    func refusal(telling reason: String) async throws -> PostgresError {
        var refusal: PostgresError?
        try await eventually("it is refused with \(reason)") {
            refusal = await failure { try await self.query("/* early */ SELECT 1") }
            return refusal.map { "\($0)".contains(reason) } ?? true
        }
        return try #require(refusal)
    }
}
