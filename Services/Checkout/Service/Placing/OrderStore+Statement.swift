internal import CheckoutDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import Messaging
internal import Postgres

extension OrderStore {
    /// For the transaction alone.
    static let limits: SQL = """
        /* limitOrders */
        SELECT set_config('lock_timeout', \(lockWaitMax.setting), true),
            set_config('statement_timeout', \(answerMax.setting), true)
        """

    /// Each part draws from the one before, so nothing is written of an order unless all of it may be. The order goes
    /// first and takes the conflict: a key is only written beside an order. Events come behind it, and so behind its
    /// row's lock, as `EventLog` asks.
    ///
    /// The text is the same for one order and for many, so that it is prepared once. What looks into a table does it
    /// row by row and by its key (LATERAL … LIMIT 1): the plan is made once, perhaps while the tables are empty, and
    /// must be right when they hold millions.
    static func statement(_ submissions: [OrderSubmission]) -> SQL {
        """
        /* placeOrders */
        WITH line AS MATERIALIZED (
            \(sql: lines(submissions.map(\.order)))
        ), stale AS MATERIALIZED (
            \(sql: staleByFilm)
        ), judged AS MATERIALIZED (
            \(sql: judged(submissions))
        ), the_orders AS (
            \(sql: insertOrders)
        ), the_lines AS (
            INSERT INTO order_lines (order_id, position, id, film_id, title, price_minor_units)
            SELECT order_id, position, id, film_id, title, price FROM line
            WHERE order_id IN (SELECT id FROM the_orders)
        ), the_answers AS (
            INSERT INTO idempotency_keys (institution_id, key, fingerprint, status, location, response)
            SELECT institution_id, key, asked_fingerprint, answer_status, answer_location, answer_body FROM judged
            WHERE id IN (SELECT id FROM the_orders)
        ), the_events AS (
            \(sql: EventLog.append(submissions.flatMap(\.events), where: "key IN (SELECT id::text FROM the_orders)"))
        )
        SELECT held, current, id IN (SELECT id FROM the_orders) AS stored, fingerprint, status, location, response
        FROM judged ORDER BY place
        """
    }

    private static func lines(_ orders: [PlacedOrder]) -> SQL {
        let all = orders.flatMap { order in
            zip(order.lines, order.films).enumerated().map { position, line in
                (order: order.id, position: Int32(clamping: position + 1), line: line.0, filmVersion: line.1.version)
            }
        }
        return """
            SELECT * FROM unnest(
                \(all.map(\.order)), \(all.map(\.position)), \(all.map(\.line.lineId)), \(all.map(\.line.filmId)),
                \(all.map(\.filmVersion)), \(all.map(\.line.title)), \(all.map(\.line.price.minorUnits))
            ) AS line (order_id, position, id, film_id, film_version, title, price)
            """
    }

    /// The orders with a film that is no longer what they were decided by.
    private static let staleByFilm: SQL = """
        SELECT order_id FROM line
        LEFT JOIN LATERAL (SELECT version FROM film_projection WHERE id = line.film_id LIMIT 1) AS film ON true
        WHERE film.version IS DISTINCT FROM line.film_version
        """

    /// Each order with what was found about it: whether its key is ours now, whether it may be placed by what is
    /// known now, and what its key was answered with before.
    private static func judged(_ submissions: [OrderSubmission]) -> SQL {
        """
        SELECT asked.*, pg_try_advisory_xact_lock(hashtextextended(lock_name, 0)) AS held,
            institution.version IS NOT DISTINCT FROM asked.institution_version
                AND asked.tax_version = (SELECT version FROM tax_table)
                AND (asked.grant_id IS NULL OR EXISTS (\(sql: grantAsDecided)))
                AND (asked.quote_id IS NULL OR EXISTS (\(sql: quoteAsDecided)))
                AND programme.version IS NOT DISTINCT FROM asked.programme_version
                AND asked.id NOT IN (SELECT order_id FROM stale) AS current,
            answered.*
        FROM (\(sql: asked(submissions))) AS asked
        LEFT JOIN LATERAL (
            SELECT version FROM institutions WHERE id = asked.institution_id LIMIT 1
        ) AS institution ON true
        LEFT JOIN LATERAL (
            SELECT version FROM programme_projection WHERE id = asked.programme_id LIMIT 1
        ) AS programme ON true
        LEFT JOIN LATERAL (
            SELECT fingerprint, status, location, response FROM idempotency_keys
            WHERE institution_id = asked.institution_id AND key = asked.key LIMIT 1
        ) AS answered ON true
        """
    }

    /// By the database's clock: no other judges a cycle.
    private static let grantAsDecided: SQL = """
        SELECT FROM grants JOIN grant_cycles ON grant_cycles.name = grants.cycle
        WHERE grants.id = asked.grant_id AND grants.version = asked.grant_version
            AND starts_at <= clock_timestamp() AND clock_timestamp() < ends_at
        """

    private static let quoteAsDecided: SQL = """
        SELECT FROM quotes
        WHERE id = asked.quote_id AND version = asked.quote_version AND valid_until > clock_timestamp()
        """

    private static func asked(_ submissions: [OrderSubmission]) -> SQL {
        let orders = submissions.map(\.order)
        let payments = orders.map(\.request.payment.columns)
        return """
            SELECT * FROM unnest(
                \(orders.map(\.id)), \(orders.map(\.number.text)), \(orders.map(\.institution.id)),
                \(orders.map(\.institution.version)), \(orders.map(\.request.cartId)), \(orders.map(\.programme.id)),
                \(orders.map(\.programme.version)), \(orders.map(\.programme.name)),
                \(orders.map { Int32(clamping: $0.price.priceListVersion) }), \(submissions.map(\.institution)),
                \(orders.map(\.total.minorUnits)), \(orders.map(\.total.currency.text)), \(payments.map(\.method)),
                \(payments.map(\.purchaseOrderNumber)), \(orders.map(\.placedAt)),
                \(orders.map(\.progress.state.rawValue)), \(orders.map(\.progress.sequence)),
                \(orders.map(\.progress.waiting.attemptsColumn)),
                \(orders.map { $0.progress.waiting.map { $0.wait / .seconds(1) } }),
                \(submissions.map(\.key.key.text)), \(submissions.map(\.key.lockName)),
                \(submissions.map { Bytea($0.fingerprint) }), \(submissions.map { Int32(clamping: $0.answer.status) }),
                \(submissions.map(\.answer.location)), \(submissions.map { Bytea($0.answer.body) }),
                \(submissions.map(\.charge)), \(submissions.map(\.cancellation)), \(orders.map(\.price.taxVersion)),
                \(orders.map(\.request.grantId)), \(orders.map(\.price.grantVersion)),
                \(orders.map { $0.request.quote?.id }), \(orders.map { $0.request.quote?.version })
            ) WITH ORDINALITY AS asked
                (id, number, institution_id, institution_version, cart_id, programme_id, programme_version,
                 programme_name, price_list_version, institution, total, currency, payment_method,
                 purchase_order_number, placed_at, state, event_sequence, attempts, wait, key, lock_name,
                 asked_fingerprint, answer_status, answer_location, answer_body, charge, cancellation,
                 tax_version, grant_id, grant_version, quote_id, quote_version, place)
            """
    }

    private static let insertOrders: SQL = """
        INSERT INTO orders
            (id, number, institution_id, cart_id, programme_id, programme_version, programme_name,
             price_list_version, institution, total_minor_units, currency, payment_method,
             purchase_order_number, placed_at, state, event_sequence, answer_attempts, answer_due_at,
             charge, cancellation, grant_id, quote_id)
        SELECT id, number, institution_id, cart_id, programme_id, programme_version, programme_name,
            price_list_version, institution, total, currency, payment_method,
            purchase_order_number, placed_at, state, event_sequence, attempts,
            clock_timestamp() + make_interval(secs => wait), charge, cancellation, grant_id, quote_id
        FROM judged
        WHERE held AND current AND status IS NULL
        ORDER BY place
        ON CONFLICT DO NOTHING
        RETURNING id
        """
}

extension Duration {
    /// For a PostgreSQL setting.
    fileprivate var setting: String { "\(Int64(self / .milliseconds(1)))ms" }
}

extension OrderSubmission {
    /// By which orders of a batch are sorted.
    var placeInLine: (InstitutionID, GrantID, CartID) {
        (order.institution.id, order.request.grantId ?? Self.noGrant, order.request.cartId)
    }

    /// In front of every other.
    private static let noGrant = GrantID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
}
