import CartDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import HTTPServer
import JOSE
import JSON
import Postgres
import Reactor
import ServiceShell
import TestSupport

@testable import CartService
@testable import Messaging

/// A whole cart service on a database of its own, reached over HTTP. No broker: events are handed to its handler, and
/// what it would publish is read from its event log.
final class CartDesk: Sendable {
    let house: House
    let database: TestDatabase
    let pool: PostgresPool
    let carts: Carts
    let log: LogRecorder
    let metrics: Metrics
    private let key: SigningKey
    private let client: Client
    private let base: String

    private init(
        house: House, database: TestDatabase, pool: PostgresPool, carts: Carts, log: LogRecorder, metrics: Metrics,
        key: SigningKey, client: Client, base: String
    ) {
        self.house = house
        self.database = database
        self.pool = pool
        self.carts = carts
        self.log = log
        self.metrics = metrics
        self.key = key
        self.client = client
        self.base = base
    }

    /// Opens a desk that knows its house, and closes it afterwards.
    static func with(
        _ change: (inout House) throws -> Void = { _ in }, _ body: (CartDesk) async throws -> Void
    ) async throws {
        var house = try House()
        try change(&house)
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await Migrations.apply([messagingMigrations] + CartMigrations.all, with: pool)
            let (recorder, metrics) = (LogRecorder(), Metrics())
            let key = try SigningKey.generateES256(keyID: "test")
            let carts = Carts(
                pool: pool, authenticator: try authenticator(key, metrics), log: Log(to: recorder), metrics: metrics,
                now: { .now() }, committed: {})
            var router = Router()
            router.use(RequestLog(Log(to: recorder)))
            carts.register(in: &router)
            let listener = Listener(router: router, on: TestLoop.shared)
            let client = Client(on: TestLoop.shared)
            let desk = CartDesk(
                house: house, database: database, pool: pool, carts: carts, log: recorder, metrics: metrics, key: key,
                client: client, base: "http://127.0.0.1:\(try await listener.start())")
            do {
                try await desk.tell(house.films, house.programme, house.school)
                try await body(desk)
            } catch {
                await listener.shutdown(within: .zero)
                await client.close()
                throw error
            }
            await listener.shutdown(within: .seconds(10))
            await client.close()
        }
    }

    private static func authenticator(_ key: SigningKey, _ metrics: Metrics) throws -> Authenticator {
        let keySet = FileManager.default.temporaryDirectory.appending(path: "filmclub-cart-\(UUID().uuidString)")
        try Data(JWKS([key.verificationKey]).json()).write(to: keySet)
        defer { try? FileManager.default.removeItem(at: keySet) }
        return try Authenticator(
            jwksPath: keySet.path, issuer: "urn:test", audience: "urn:filmclub", log: Log(to: LogRecorder()),
            metrics: metrics)
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

    func apply(_ events: [InboxEvent]) async throws {
        try await pool.withTransaction { try await carts.events.apply(events, in: $0) }
    }

    func event(_ body: some EventBody, sequence: Int64 = 1) throws -> InboxEvent {
        let envelope = EventEnvelope(
            id: .generate(now: .now()), source: .catalog, type: type(of: body).type, subject: body.key, time: .now(),
            sequence: sequence, trace: .root(), correlationID: .generate(now: .now()))
        return InboxEvent(
            topic: type(of: body).topic, envelope: envelope, body: try JSON.encode(body), origin: "test")
    }

    struct LoggedEvent: Sendable {
        let sequence: Int64
        let type: String
        let body: [UInt8]
        let correlation: CorrelationID?
        let causation: EventID?
    }

    /// What the cart's log says, from sequence 1 on.
    func logged(_ cart: CartID) async throws -> [LoggedEvent] {
        try await pool.query(
            """
            SELECT sequence, type, body, correlation_id, causation_id FROM event_log
            WHERE topic = \(Topic.carts.name) AND key = \(cart.text) ORDER BY sequence
            """
        ).map {
            LoggedEvent(
                sequence: try $0.get("sequence"), type: try $0.get("type"),
                body: try $0.get("body", as: JSONText.self).bytes, correlation: try $0.get("correlation_id"),
                causation: try $0.get("causation_id"))
        }
    }

    func count(_ table: String) async throws -> Int64 {
        try await pool.query("SELECT count(*) FROM \(identifier: table)").one().get(0)
    }

    // MARK: - Requests

    struct Answer: Sendable {
        let status: Int
        let headers: ClientHeaders
        let bytes: [UInt8]
        let body: JSONValue

        var problem: String? {
            body["type"]?.stringValue.map { $0.replacing(Problem.typePrefix, with: "") }
        }
        var cartID: CartID? { body["id"]?.stringValue.flatMap { try? CartID($0) } }
        var state: String? { body["state"]?.stringValue }
        var missing: JSONValue? { body["missing"] }
        /// The films by slot; nil for an empty one.
        var films: [String?] { (body["slots"]?.arrayValue ?? []).map { $0["filmId"]?.stringValue } }
    }

    func token(
        _ roles: [String], of institution: InstitutionID?, type: String = "at+jwt", expiresInSeconds: Int64 = 600
    ) throws -> String {
        let now = Instant.now().secondsSince1970
        var claims: JSONObject = [
            "iss": "urn:test", "aud": "urn:filmclub", "sub": "someone", "iat": .integer(now),
            "exp": .integer(now + expiresInSeconds), "roles": .array(roles.map { .string($0) }),
        ]
        if let institution { claims["institution"] = .string(institution.text) }
        return try key.sign(claims, type: type)
    }

    func send(
        _ method: String, _ path: String, token: String?, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = ClientRequest(method, base + path, body: body)
        request.headers = headers.map { (name: $0.0, value: $0.1) }
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if body != nil, !headers.contains(where: { $0.0 == "Content-Type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        let response = try await client.send(request)
        return Answer(
            status: response.status, headers: response.headers, bytes: response.body,
            body: try JSON.parse(response.body))
    }

    func selector(of institution: InstitutionID? = nil) throws -> String {
        try token(["selector"], of: institution ?? house.school.id)
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
        let referee = database.pool()
        return try await withThrowingTaskGroup(of: Output.self) { group in
            try await referee.withTransaction { transaction in
                _ = try await transaction.query("SELECT FROM carts WHERE id = \(cart) FOR UPDATE")
                for racer in racers { group.addTask { try await racer() } }
                let deadline = ContinuousClock.now + .seconds(30)
                // Not in the transaction, which would see what it saw first.
                while try await Self.waiting(referee) < racers.count {
                    guard ContinuousClock.now < deadline else { throw NobodyCame() }
                    try await TestLoop.shared.sleep(for: .milliseconds(5))
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

    struct NobodyCame: Error {}
}
