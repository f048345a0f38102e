internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// An order that was decided on, with everything that becomes durable together with it.
struct OrderSubmission: Sendable {
    let order: PlacedOrder
    /// The order's institution as JSON, for its snapshot.
    let institution: JSONText
    let key: ScopedKey
    /// SHA-256 of what was asked.
    let fingerprint: [UInt8]
    let answer: StoredAnswer
    let events: [EventDraft]
}

/// Makes decided orders durable: order, lines, events and the key's answer, in one statement and one round trip.
///
/// It refuses what the decision could not see: a key that is answered or at work elsewhere, facts that have changed
/// since, a cart that is ordered already. Deciding and storing are apart, so that many orders can share a transaction.
struct OrderStore: Sendable {
    let pool: PostgresPool

    enum Outcome: Sendable {
        case stored
        /// The key was answered before; `sameRequest` tells whether to this very question.
        case answered(StoredAnswer, sameRequest: Bool)
        /// Another process is at work on the key.
        case running
        /// A version that the order was decided by is no longer the current one.
        case stale
        /// The cart has an order.
        case cartOrdered
    }

    func store(_ submission: OrderSubmission) async throws -> Outcome {
        let row: Row
        do throws(PostgresError) {
            row = try await pool.query(Self.statement(submission)).one()
        } catch {
            // The key was committed between this statement's snapshot and its lock: its answer can be read now.
            guard error.sqlState == "23505", error.constraint == "idempotency_keys_pkey" else { throw error }
            guard let outcome = try await answer(to: submission.key, fingerprint: submission.fingerprint) else {
                throw error
            }
            return outcome
        }
        if let outcome = try Self.answered(row, fingerprint: submission.fingerprint) { return outcome }
        guard try row.get("held") else { return .running }
        guard try row.get("current") else { return .stale }
        return try row.get("stored") ? .stored : .cartOrdered
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

// MARK: - The statement

extension OrderStore {
    /// Each part draws from the one before, so nothing is written unless all may be. The order goes first and takes
    /// the conflict: a key is only written beside an order. Events come after it, behind its lock.
    private static func statement(_ submission: OrderSubmission) -> SQL {
        let (order, key) = (submission.order, submission.key)
        return """
            /* placeOrder */
            WITH mutex AS MATERIALIZED (
                SELECT pg_try_advisory_xact_lock(hashtextextended(\(key.lockName), 0)) AS held
            ), answered AS MATERIALIZED (
                SELECT fingerprint, status, location, response FROM idempotency_keys
                WHERE institution_id = \(key.institution) AND key = \(key.key.text)
            ), facts AS MATERIALIZED (
                SELECT \(sql: areCurrent(order)) AS current
            ), the_order AS (
                \(sql: insertOrder(submission))
                FROM mutex, facts
                WHERE held AND current AND NOT EXISTS (SELECT FROM answered)
                ON CONFLICT (institution_id, cart_id) DO NOTHING
                RETURNING id
            ), the_lines AS (
                \(sql: insertLines(order))
            ), the_answer AS (
                INSERT INTO idempotency_keys (institution_id, key, fingerprint, status, location, response)
                SELECT \(key.institution), \(key.key.text), \(Bytea(submission.fingerprint)),
                    \(Int32(submission.answer.status)), \(submission.answer.location), \(Bytea(submission.answer.body))
                FROM the_order
            ), the_events AS (
                \(sql: EventLog.append(submission.events, where: "EXISTS (SELECT FROM the_order)"))
            )
            SELECT held, current, EXISTS (SELECT FROM the_order) AS stored, answered.*
            FROM mutex CROSS JOIN facts LEFT JOIN answered ON true
            """
    }

    private static func areCurrent(_ order: PlacedOrder) -> SQL {
        """
        EXISTS (SELECT FROM institutions
                WHERE id = \(order.institution.id) AND version = \(order.institution.version))
        AND EXISTS (SELECT FROM programme_projection
                    WHERE id = \(order.programme.id) AND version = \(order.programme.version))
        AND NOT EXISTS (
            SELECT FROM unnest(\(order.films.map(\.id)), \(order.films.map(\.version))) AS judged (id, version)
            LEFT JOIN film_projection AS film ON film.id = judged.id
            WHERE film.version IS DISTINCT FROM judged.version)
        """
    }

    private static func insertOrder(_ submission: OrderSubmission) -> SQL {
        let order = submission.order
        let payment = order.request.payment.columns
        return """
            INSERT INTO orders
                (id, number, institution_id, cart_id, programme_id, programme_version, programme_name,
                 price_list_version, institution, total_minor_units, currency, payment_method,
                 purchase_order_number, placed_at, state, event_sequence, answer_attempts, answer_due_at)
            SELECT \(order.id), \(order.number.text), \(order.institution.id), \(order.request.cartId),
                \(order.programme.id), \(order.programme.version), \(order.programme.name),
                \(Int32(clamping: order.programme.priceList.version)), \(submission.institution),
                \(order.total.minorUnits), \(order.total.currency.text), \(payment.method),
                \(payment.purchaseOrderNumber), \(order.placedAt), \(order.progress.state.rawValue),
                \(order.progress.sequence), \(order.progress.waiting.attemptsColumn),
                \(sql: order.progress.waiting.dueAt)
            """
    }

    private static func insertLines(_ order: PlacedOrder) -> SQL {
        """
        INSERT INTO order_lines (order_id, position, id, film_id, title, price_minor_units)
        SELECT the_order.id, line.position, line.id, line.film_id, line.title, line.price
        FROM the_order, unnest(
            \(order.lines.map(\.lineId)), \(order.lines.map(\.filmId)), \(order.lines.map(\.title)),
            \(order.lines.map(\.price.minorUnits))
        ) WITH ORDINALITY AS line (id, film_id, title, price, position)
        """
    }
}
