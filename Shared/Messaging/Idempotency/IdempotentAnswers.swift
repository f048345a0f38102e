internal import HTTPServer
public import Postgres

/// Answers each idempotency key once: the effect and the answer are committed together, and whoever asks again gets
/// the same bytes. It owns the table idempotency_keys and refuses a key that belongs to another question or is at
/// work. Only success is stored: a failed first attempt never burns its key.
public struct IdempotentAnswers: Sendable {
    private let pool: PostgresPool
    private let running = RunningKeys()

    public init(pool: PostgresPool) { self.pool = pool }

    /// The answer stored under `key`, or what `work` answers, stored in its own transaction.
    /// - Parameter fingerprint: SHA-256 of what was asked.
    /// - Throws: `Problem.idempotencyKeyInUse`, `.idempotencyKeyReused`, and what `work` throws.
    public func answer(
        to key: ScopedKey, fingerprint: [UInt8],
        _ work: @Sendable (PostgresTransaction) async throws -> StoredAnswer
    ) async throws -> StoredAnswer {
        guard running.begin(key) else { return try await answeredMeanwhile(key, fingerprint) }
        defer { running.end(key) }
        do {
            return try await answerOnce(key, fingerprint, work)
        } catch is KeyAtWork {
            return try await answeredMeanwhile(key, fingerprint)
        } catch let error as PostgresError where error.kind == .outcomeUnknown {
            // It may be committed: then the key says so. If not, or while the database stays away, the caller may ask
            // again with the same key.
            guard let stored = try? await stored(under: key, fingerprint, in: pool) else { throw error }
            return stored
        }
    }

    /// Another process has the key's lock.
    private struct KeyAtWork: Error {}

    /// What is at work under a key may be no more than another repetition, which looks up an answer that is there.
    private func answeredMeanwhile(_ key: ScopedKey, _ fingerprint: [UInt8]) async throws -> StoredAnswer {
        guard let stored = try await stored(under: key, fingerprint, in: pool) else {
            throw Problem.idempotencyKeyInUse
        }
        return stored
    }

    private func answerOnce(
        _ key: ScopedKey, _ fingerprint: [UInt8],
        _ work: @Sendable (PostgresTransaction) async throws -> StoredAnswer
    ) async throws -> StoredAnswer {
        try await pool.withTransaction { transaction in
            // A statement of its own: what another process committed before it gave the lock back is seen by the next.
            let lock = try await transaction.query(
                "/* lockKey */ SELECT pg_try_advisory_xact_lock(hashtextextended(\(key.lockName), 0)) AS held")
            guard try lock.one().get("held") else { throw KeyAtWork() }
            if let stored = try await stored(under: key, fingerprint, in: transaction) { return stored }
            let answer = try await work(transaction)
            _ = try await transaction.query(
                """
                /* storeAnswer */
                INSERT INTO idempotency_keys (institution_id, key, fingerprint, status, location, response)
                VALUES (\(key.institution), \(key.key.text), \(Bytea(fingerprint)), \(answer.status),
                        \(answer.location), \(Bytea(answer.body)))
                """)
            return answer
        }
    }

    private func stored(
        under key: ScopedKey, _ fingerprint: [UInt8], in database: some PostgresQueryable
    ) async throws -> StoredAnswer? {
        let rows = try await database.query(
            """
            /* storedAnswer */
            SELECT fingerprint, status, location, response FROM idempotency_keys
            WHERE institution_id = \(key.institution) AND key = \(key.key.text)
            """)
        guard let row = rows.first else { return nil }
        guard try row.get("fingerprint", as: Bytea.self).bytes == fingerprint else {
            throw Problem.idempotencyKeyReused
        }
        return StoredAnswer(
            status: try row.get("status"), location: try row.get("location"),
            body: try row.get("response", as: Bytea.self).bytes)
    }
}
