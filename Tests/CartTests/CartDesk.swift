import CartDomain
import FilmClubModel
import FoundationEssentials
import JSON
import Messaging
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport

@testable import CartService

/// A whole cart service that knows its house, reached over HTTP.
struct CartDesk: ServiceWorld {
    let house: SampleHouse
    let ground: ServiceGround
    let carts: Carts
    let service: HostedService

    /// Opens a desk that knows its house, and closes it afterwards.
    static func with(
        _ change: (inout SampleHouse) throws -> Void = { _ in }, _ body: (CartDesk) async throws -> Void
    ) async throws {
        var house = try SampleHouse()
        try change(&house)
        try await ServiceGround.with(CartMigrations.all) { ground in
            let carts = Carts(
                pool: ground.pool, authenticator: try ground.authenticator(), log: ground.log, metrics: ground.metrics,
                now: { .now() }, committed: {})
            try await HostedService.with(ground) {
                carts.register(in: &$0)
            } _: { service in
                let desk = CartDesk(house: house, ground: ground, carts: carts, service: service)
                try await desk.tell(house.films, house.programme, house.school)
                try await body(desk)
            }
        }
    }

    // MARK: - Events

    /// Catalog and checkout tell of what they own.
    func tell(_ films: [Film] = [], _ programme: Programme? = nil, _ institutions: Institution...) async throws {
        var events: [InboxEvent] = []
        for film in films { events.append(try event(FilmChanged(film: film), sequence: film.version)) }
        if let programme {
            events.append(try event(ProgrammeChanged(programme: programme), sequence: programme.version))
        }
        for institution in institutions {
            events.append(try event(InstitutionChanged(institution: institution), sequence: institution.version))
        }
        try await apply(events)
    }

    func apply(_ events: [InboxEvent]) async throws { try await ground.apply(events, by: carts.events) }

    /// What the cart's log says, from sequence 1 on.
    func logged(_ cart: CartID) async throws -> [WrittenEvent] { try await ground.logged(.carts, cart.text) }

    // MARK: - Requests

    func selector(of institution: InstitutionID? = nil) throws -> String {
        try token([.selector], of: institution ?? house.school.id)
    }

    /// `POST /v1/carts` for the house's programme by its id, unless another is named.
    func open(
        _ programme: String? = nil, key: String? = "\(UUID())", of institution: InstitutionID? = nil
    ) async throws -> Answer {
        try await send(
            "POST", "/v1/carts", token: try selector(of: institution),
            headers: key.map { [("Idempotency-Key", $0)] } ?? [],
            body: JSON.encode(["programmeId": .string(programme ?? house.programme.id.text)] as JSONValue))
    }

    func add(_ film: FilmID, to cart: CartID) async throws -> Answer {
        try await send("PUT", "/v1/carts/\(cart)/films/\(film)", token: try selector())
    }

    func remove(_ film: FilmID, from cart: CartID) async throws -> Answer {
        try await send("DELETE", "/v1/carts/\(cart)/films/\(film)", token: try selector())
    }

    func read(_ cart: CartID) async throws -> Answer {
        try await send("GET", "/v1/carts/\(cart)", token: try selector())
    }

    /// A new cart with the first so many films chosen.
    func cart(films count: Int = 0) async throws -> CartID {
        guard let cart = try await open().cartID else { throw NoCart() }
        for film in house.films.prefix(count) {
            guard try await add(film.id, to: cart).status == 200 else { throw NoCart() }
        }
        return cart
    }

    struct NoCart: Error {}

    // MARK: - Races

    /// Lets `racers` go at once: all of them have come to the cart before any may change it. At most as many as the
    /// service has connections.
    func racing<Output: Sendable>(
        for cart: CartID, _ racers: [@Sendable () async throws -> Output]
    ) async throws -> [Output] {
        let referee = ground.database.pool()
        return try await withThrowingTaskGroup(of: Output.self) { group in
            try await referee.withTransaction { transaction in
                _ = try await transaction.query("SELECT FROM carts WHERE id = \(cart) FOR UPDATE")
                for racer in racers { group.addTask { try await racer() } }
                // Not in the transaction, which would see what it saw first.
                try await eventually("all racers wait for the cart") {
                    try await Self.waiting(referee) >= racers.count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func waiting(_ pool: PostgresPool) async throws -> Int {
        try await pool.query(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        ).one().get(0)
    }
}

extension Answer {
    var cartID: CartID? { json["id"]?.stringValue.flatMap { try? CartID($0) } }
    var state: String? { json["state"]?.stringValue }
    var missing: JSONValue? { json["missing"] }
    /// The films by slot; nil for an empty one.
    var films: [String?] { (json["slots"]?.arrayValue ?? []).map { $0["filmId"]?.stringValue } }
}
