import Postgres
import Reactor
import TestSupport
import Testing

/// Whoever asks from the loop goes on there, step by step: a hop to another thread and back for each statement costs
/// more than the statement's own work.
@Suite("Where work goes on")
struct IsolationTests {
    @Test("What is asked for in time goes on where it began, after each wait")
    func answering() async throws {
        try await TestDatabase.with { database in
            let asker = Asker(loop: database.loop, pool: database.pool())
            let steps = try await asker.stepsOnLoop()
            #expect(steps == [true, true, true, true])
        }
    }
}

private actor Asker {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let pool: PostgresPool

    init(loop: EventLoop, pool: PostgresPool) {
        self.loop = loop
        self.pool = pool
    }

    func stepsOnLoop() async throws -> [Bool] { try await Self.steps(loop, pool) }

    /// Without an isolation of its own, as the use cases are.
    private nonisolated static func steps(_ loop: EventLoop, _ pool: PostgresPool) async throws -> [Bool] {
        var steps: [Bool] = []
        try await PostgresPool.answering(within: .seconds(60)) {
            steps.append(loop.isCurrent)
            _ = try await pool.query("SELECT 1")
            steps.append(loop.isCurrent)
            try await loop.sleep(for: .milliseconds(1))
            steps.append(loop.isCurrent)
        }
        steps.append(loop.isCurrent)
        return steps
    }
}
