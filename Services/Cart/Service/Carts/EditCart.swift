internal import CartDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// Opens, reads and changes carts; each change in one transaction with the cart's row held.
struct EditCart: Sendable {
    let pool: PostgresPool
    let meters: CartMeters
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    enum Change: Sendable {
        case select(FilmID)
        case remove(FilmID)

        var filmId: FilmID {
            switch self {
            case .select(let film), .remove(let film): film
            }
        }
    }

    /// Within the transaction that stores the answer under its idempotency key; the caller says `opened` after it.
    func open(
        _ name: ProgrammeName, for institutionId: InstitutionID, trace: TraceContext,
        in transaction: PostgresTransaction
    ) async throws -> CartDocument {
        let results = try await transaction.unit([Projections.institution(institutionId), name.query])
        guard let institution = try Projections.decode(results[0], as: Institution.self).first else {
            throw CartRefusal.institutionUnknown
        }
        guard let programme = try Projections.decode(results[1], as: Programme.self).first else {
            throw CartRefusal.programmeUnknown(name.text)
        }
        let now = now()
        let (cart, event) = try Cart.open(id: .generate(now: now), for: institution, programme: programme)
        try await CartStore.save(cart, [event], cause: cause(cart, trace), now: now, in: transaction)
        return CartDocument(
            cart: cart, facts: CartFacts(institution: institution, programme: programme, films: [:]))
    }

    /// The cart after the change; nil where the institution has no such cart.
    func change(
        _ id: CartID, of institution: InstitutionID, _ change: Change, trace: TraceContext
    ) async throws -> CartDocument? {
        let changed = try await pool.withTransaction { transaction -> (document: CartDocument, events: [CartEvent])? in
            guard var cart = try await CartStore.hold(id, in: transaction), cart.institutionId == institution else {
                return nil
            }
            let facts = try await CartStore.facts(for: cart, and: [change.filmId], in: transaction)
            let events = try cart.apply(change, by: facts)
            if !events.isEmpty {
                try await CartStore.save(cart, events, cause: cause(cart, trace), now: now(), in: transaction)
            }
            return (CartDocument(cart: cart, facts: facts), events)
        }
        guard let changed else { return nil }
        if !changed.events.isEmpty {
            committed()
            meters.count(changed.events)
        }
        return changed.document
    }

    func read(_ id: CartID) async throws -> CartDocument? {
        guard let cart = try await CartStore.read(id, in: pool) else { return nil }
        return CartDocument(cart: cart, facts: try await CartStore.facts(for: cart, in: pool))
    }

    /// All events of a cart belong together, whoever changed it.
    private func cause(_ cart: Cart, _ trace: TraceContext) -> EventCause {
        EventCause(correlationID: CorrelationID(cart.id.uuid), trace: trace)
    }
}

extension Cart {
    fileprivate mutating func apply(
        _ change: EditCart.Change, by facts: CartFacts
    ) throws(CartRefusal) -> [CartEvent] {
        switch change {
        case .select(let film): try select(film, by: facts)
        case .remove(let film): try remove(film, by: facts)
        }
    }
}

/// A programme as a request names it.
enum ProgrammeName: Hashable, Sendable {
    case id(ProgrammeID)
    case slug(Slug)

    init?(_ text: String) {
        if let id = try? ProgrammeID(text) {
            self = .id(id)
        } else if let slug = try? Slug(text) {
            self = .slug(slug)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .id(let id): id.text
        case .slug(let slug): slug.text
        }
    }

    var query: SQL {
        switch self {
        case .id(let id): Projections.programme(id)
        case .slug(let slug): Projections.programme(slug: slug)
        }
    }
}
