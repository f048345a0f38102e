internal import CartDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// Carts in the database. Whoever changes one holds its row until the end of the transaction, so that changes follow
/// one another and the events' numbers are drawn in their order.
enum CartStore {
    /// The cart, locked; nil if there is none.
    static func hold(_ id: CartID, in transaction: PostgresTransaction) async throws -> Cart? {
        // The lock is a statement of its own: the next ones see what was committed while it was waited for.
        let lock: SQL = "/* holdCart */ SELECT FROM carts WHERE id = \(id) FOR UPDATE"
        return try cart(try await transaction.unit([lock] + selects(id))[1...])
    }

    static func read(_ id: CartID, in database: some PostgresQueryable) async throws -> Cart? {
        try cart(try await database.unit(selects(id))[...])
    }

    private static func selects(_ id: CartID) -> [SQL] {
        [
            """
            /* readCart */
            SELECT id, institution_id, programme_id, slots, state, order_id, event_sequence FROM carts WHERE id = \(id)
            """,
            "/* readCartFilms */ SELECT slot, film_id FROM cart_films WHERE cart_id = \(id)",
        ]
    }

    private static func cart(_ results: ArraySlice<Rows>) throws -> Cart? {
        let results = Array(results)
        guard let row = results[0].first else { return nil }
        guard let state = Cart.State(rawValue: try row.get("state")) else {
            throw UnreadableCart(state: try row.get("state"))
        }
        let films = try results[1].map { (try $0.get("slot", as: Int.self), try $0.get("film_id", as: FilmID.self)) }
        return Cart(
            id: try row.get("id"), institutionId: try row.get("institution_id"),
            programmeId: try row.get("programme_id"), slots: try row.get("slots"), state: state,
            films: Dictionary(uniqueKeysWithValues: films), orderId: try row.get("order_id"),
            sequence: try row.get("event_sequence"))
    }

    /// What the cart is judged by, read in one round trip; `more` names films besides the selected ones.
    static func facts(
        for cart: Cart, and more: [FilmID] = [], in database: some PostgresQueryable
    ) async throws -> CartFacts {
        let results = try await database.unit([
            Projections.institution(cart.institutionId), Projections.programme(cart.programmeId),
            Projections.films(cart.selected + more),
        ])
        guard let institution = try Projections.decode(results[0], as: Institution.self).first,
            let programme = try Projections.decode(results[1], as: Programme.self).first
        else { throw ProjectionMissing(cart: cart.id) }
        let films = try Projections.decode(results[2], as: Film.self)
        return CartFacts(
            institution: institution, programme: programme,
            films: Dictionary(uniqueKeysWithValues: films.map { ($0.id, $0) }))
    }

    /// Writes the cart as it is now, and what happened to it.
    static func save(
        _ cart: Cart, _ events: [CartEvent], cause: EventCause, now: Instant, in transaction: PostgresTransaction
    ) async throws {
        let films = cart.films.sorted { $0.key < $1.key }
        _ = try await transaction.unit([
            """
            /* saveCart */
            INSERT INTO carts (id, institution_id, programme_id, slots, state, order_id, event_sequence)
            VALUES (\(cart.id), \(cart.institutionId), \(cart.programmeId), \(cart.slots), \(cart.state.rawValue),
                    \(cart.orderId as OrderID?), \(cart.sequence))
            ON CONFLICT (id) DO UPDATE
            SET state = EXCLUDED.state, order_id = EXCLUDED.order_id, event_sequence = EXCLUDED.event_sequence
            """,
            "/* clearCartFilms */ DELETE FROM cart_films WHERE cart_id = \(cart.id)",
            """
            /* saveCartFilms */
            INSERT INTO cart_films (cart_id, slot, film_id)
            SELECT \(cart.id), * FROM unnest(\(films.map(\.key)), \(films.map(\.value)))
            """,
            EventLog.append(
                try events.map { event in
                    try EventDraft(event.eventBody, sequence: event.sequence, cause: cause, now: now)
                }),
        ])
    }
}

/// A row that this build cannot read: a newer one has written it.
struct UnreadableCart: Error, CustomStringConvertible {
    let state: String
    var description: String { "A cart is in the state \(state), which this build does not know." }
}

/// A cart was opened by facts that are gone from the projections; they are only ever replaced.
struct ProjectionMissing: Error, CustomStringConvertible {
    let cart: CartID
    var description: String { "The programme or the institution of cart \(cart) is not known any more." }
}
