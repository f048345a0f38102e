internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// Makes decided orders durable: orders, lines, events and the keys' answers of many at once, in one statement, one
/// round trip and one transaction.
///
/// Each order has its own outcome. The store refuses what the decision could not see: a key that is answered or at work
/// elsewhere, facts that have changed since, a cart that is ordered or a grant or quote that is used; a neighbour in the
/// batch is not touched by that. Only an error of the statement itself meets all of them, and then nothing of the batch
/// has happened.
struct OrderStore: Sendable {
    let pool: PostgresPool

    /// How long a batch may wait for what somebody else holds: longer than PostgreSQL takes to find a deadlock (1 s).
    /// Then its orders are run alone, so that only the one in question goes on waiting.
    static let lockWaitMax: Duration = .milliseconds(1_500)
    /// How long a batch may take, the wait for a connection included.
    static let answerMax: Duration = .seconds(3)

    enum Outcome: Sendable {
        case stored
        /// The key was answered before; `sameRequest` tells whether to this very question.
        case answered(StoredAnswer, sameRequest: Bool)
        /// Another process is at work on the key.
        case running
        /// A version that the order was decided by is no longer the current one.
        case stale
        /// The cart has an order, or the grant or quote is used.
        case taken
    }

    /// The outcomes, in the order of `submissions`; no two of these may share a cart, a key, a grant or a quote.
    func store(_ submissions: [OrderSubmission]) async throws -> [Result<Outcome, any Error>] {
        // By grant and cart: two processes that insert the same at once wait for each other, and never in a circle.
        let order = submissions.indices.sorted { submissions[$0].placeInLine < submissions[$1].placeInLine }
        let rows: Rows
        do {
            let batch = [Self.limits, Self.statement(order.map { submissions[$0] })]
            rows = try await PostgresPool.answering(within: Self.answerMax) { try await pool.unit(batch)[1] }
        } catch let error as PostgresError {
            guard submissions.count == 1 else { throw error }
            return [.success(try await outcome(of: submissions[0], after: error))]
        }
        guard rows.count == submissions.count else {
            throw UnreadableRow("\(rows.count) outcomes for \(submissions.count) orders")
        }
        let outcomes = zip(order, rows).map { index, row in
            (index, Result { try Self.outcome(row, fingerprint: submissions[index].fingerprint) })
        }
        return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// A key that was committed between the statement's snapshot and its lock: its answer can be read now.
    private func outcome(of submission: OrderSubmission, after error: PostgresError) async throws -> Outcome {
        guard error.sqlState == "23505", error.constraint == "idempotency_keys_pkey",
            let outcome = try await answer(to: submission.key, fingerprint: submission.fingerprint)
        else { throw error }
        return outcome
    }

    private static func outcome(_ row: Row, fingerprint: [UInt8]) throws -> Outcome {
        if let outcome = try answered(row, fingerprint: fingerprint) { return outcome }
        guard try row.get("held") else { return .running }
        guard try row.get("current") else { return .stale }
        return try row.get("stored") ? .stored : .taken
    }

    /// What is stored under a key; nil where nothing is.
    func answer(to key: ScopedKey, fingerprint: [UInt8]) async throws -> Outcome? {
        guard let row = try await pool.query(Self.selectAnswer(key)).first else { return nil }
        return try Self.answered(row, fingerprint: fingerprint)
    }

    static func answered(_ row: Row, fingerprint: [UInt8]) throws -> Outcome? {
        guard let stored = try row.get("fingerprint", as: Bytea?.self) else { return nil }
        let answer = StoredAnswer(
            status: Int(try row.get("status", as: Int32.self)), location: try row.get("location"),
            body: try row.get("response", as: Bytea.self).bytes)
        return .answered(answer, sameRequest: stored.bytes == fingerprint)
    }

    static func selectAnswer(_ key: ScopedKey) -> SQL {
        """
        /* selectAnswer */
        SELECT fingerprint, status, location, response FROM idempotency_keys
        WHERE institution_id = \(key.institution) AND key = \(key.key.text)
        """
    }
}
