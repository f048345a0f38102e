internal import Reactor

/// A connection that is the caller's own for a while.
public struct PostgresSession: PostgresQueryable {
    let pool: PostgresPool
    let lease: PostgresPool.LeaseID

    public func query(_ sql: SQL) async throws(PostgresError) -> Rows { try await unit([sql])[0] }

    public func unit(_ statements: [SQL]) async throws(PostgresError) -> [Rows] {
        guard !statements.isEmpty else { return [] }
        return try await pool.run(Batch(statements, commit: .atEnd), on: lease)
    }

    /// Several statements in one text without values, such as a schema: all of them or none, unless the text says
    /// otherwise.
    public func script(_ text: String) async throws(PostgresError) {
        _ = try await pool.run(Batch(script: text, commit: .atEnd), on: lease)
    }
}

/// One transaction. It begins with its first statement, in that statement's round trip.
public final class PostgresTransaction: PostgresQueryable {
    private let session: PostgresSession
    private let state = Lock(State.fresh)

    enum State { case fresh, begun, ended }

    private static let begin: SQL = "BEGIN"

    init(_ session: PostgresSession) { self.session = session }

    public func query(_ sql: SQL) async throws(PostgresError) -> Rows { try await unit([sql])[0] }

    /// One round trip within the transaction.
    public func unit(_ statements: [SQL]) async throws(PostgresError) -> [Rows] {
        try await unit(statements, isBounded: true)
    }

    func unit(_ statements: [SQL], isBounded: Bool) async throws(PostgresError) -> [Rows] {
        guard !statements.isEmpty else { return [] }
        let isFirst = try enter()
        var batch = Batch(isFirst ? [Self.begin] + statements : statements, commit: .never)
        batch.hiddenResults = isFirst ? 1 : 0
        batch.needsTransaction = !isFirst
        batch.isBounded = isBounded
        return try await session.pool.run(batch, on: session.lease)
    }

    /// Several statements in one text without values, such as a migration.
    public func script(_ text: String) async throws(PostgresError) { try await script(text, isBounded: true) }

    func script(_ text: String, isBounded: Bool) async throws(PostgresError) {
        if try enter() { _ = try await control(Self.begin, needsTransaction: false) }
        var batch = Batch(script: text, commit: .never)
        batch.needsTransaction = true
        batch.isBounded = isBounded
        _ = try await session.pool.run(batch, on: session.lease)
    }

    /// Whether BEGIN is still to be sent: by this caller.
    private func enter() throws(PostgresError) -> Bool {
        let before = state.withLock { state in
            let before = state
            if state == .fresh { state = .begun }
            return before
        }
        if before == .ended { throw PostgresError(.closed, "the transaction has ended") }
        return before == .fresh
    }

    private func leave() -> State {
        state.withLock { state in
            defer { state = .ended }
            return state
        }
    }

    private func control(
        _ sql: SQL, commit: Batch.Commit = .never, needsTransaction: Bool = true
    ) async throws(PostgresError) -> [Rows] {
        var batch = Batch([sql], commit: commit)
        batch.needsTransaction = needsTransaction
        return try await session.pool.run(batch, on: session.lease)
    }

    // Out of line, as rollBack is: inlined into withTransaction they make the optimizer of Swift 6.3.1 crash.
    @inline(never)
    func commit() async throws(PostgresError) {
        guard leave() == .begun else { return }
        let tag = try await control("/* commit */ COMMIT", commit: .byStatement)[0].result.commandTag
        guard tag == "COMMIT" else {
            throw PostgresError(
                .transaction,
                "COMMIT was answered with \(tag): a statement had failed, and its error did not leave the body")
        }
    }

    @inline(never)
    func rollBack() async {
        guard leave() == .begun else { return }
        // If it fails the connection is not clean, and closed when the lease ends: that rolls back too.
        _ = try? await control("/* rollBack */ ROLLBACK")
    }
}

extension PostgresPool {
    /// Lends a connection. If it comes back inside a transaction it is closed. What the session SETs stays set
    /// for those who lease the connection later: prefer SET LOCAL in a transaction.
    public nonisolated func withConnection<Output>(
        _ body: (PostgresSession) async throws -> Output
    ) async throws -> Output {
        let lease = try await lease()
        defer { endLease(lease) }
        return try await body(PostgresSession(pool: self, lease: lease))
    }

    /// BEGIN, `body`, COMMIT; ROLLBACK if the body throws, also when its task is cancelled.
    ///
    /// An error with `kind == .outcomeUnknown` means that the connection broke at the COMMIT; with `.transaction`,
    /// that the server rolled back instead.
    public nonisolated func withTransaction<Output>(
        _ body: (PostgresTransaction) async throws -> Output
    ) async throws -> Output {
        try await withConnection { session in
            let transaction = PostgresTransaction(session)
            let result: Output
            do {
                result = try await body(transaction)
            } catch {
                await transaction.rollBack()
                throw error
            }
            try await transaction.commit()
            return result
        }
    }
}
