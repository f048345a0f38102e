import CheckoutDomain
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

@testable import CheckoutService
@testable import Messaging

/// A whole checkout on a database of its own, reached over HTTP. No broker: events are handed to its handler, and what
/// it would publish is read from its event log.
final class Till: Sendable {
    let house: House
    let database: TestDatabase
    let pool: PostgresPool
    let checkout: Checkout
    private let key: SigningKey
    private let client: Client
    private let base: String
    private let keySet: String

    private init(
        house: House, database: TestDatabase, pool: PostgresPool, checkout: Checkout, key: SigningKey, client: Client,
        base: String, keySet: String
    ) {
        self.house = house
        self.database = database
        self.pool = pool
        self.checkout = checkout
        self.key = key
        self.client = client
        self.base = base
        self.keySet = keySet
    }

    /// Opens a till whose house is imported and projected, and closes it afterwards.
    static func with(
        waitingOrdersMax: Int? = nil, _ body: (Till) async throws -> Void
    ) async throws { try await with(try House(), waitingOrdersMax: waitingOrdersMax, body) }

    static func with(
        _ house: House, waitingOrdersMax: Int? = nil, _ body: (Till) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            _ = try await Migrations.apply([messagingMigrations] + CheckoutMigrations.all, with: pool)
            let key = try SigningKey.generateES256(keyID: "test")
            let keySet = FileManager.default.temporaryDirectory.appending(
                path: "filmclub-checkout-\(UUID().uuidString)")
            try Data(JWKS([key.verificationKey]).json()).write(to: keySet)
            defer { try? FileManager.default.removeItem(at: keySet) }
            let checkout = try checkout(on: pool, keySet: keySet.path, waitingOrdersMax: waitingOrdersMax)
            try await open(house, database, pool, checkout, key, keySet.path) { till in
                try await till.furnish()
                try await body(till)
            }
        }
    }

    /// A second process of the same service: a pool, a memory and a listener of its own, the same database and house.
    /// - Parameter connectionString: another way to that database.
    func withAnotherProcess(connectionString: String? = nil, _ body: (Till) async throws -> Void) async throws {
        let pool = database.pool { configuration in
            if let connectionString { configuration.connectionString = connectionString }
        }
        let checkout = try Self.checkout(on: pool, keySet: keySet)
        try await Self.open(house, database, pool, checkout, key, keySet, body)
    }

    private static func open(
        _ house: House, _ database: TestDatabase, _ pool: PostgresPool, _ checkout: Checkout, _ key: SigningKey,
        _ keySet: String, _ body: (Till) async throws -> Void
    ) async throws {
        try await checkout.load()
        var router = Router()
        router.use(RequestLog(Log(to: LogRecorder())))
        checkout.register(in: &router)
        let listener = Listener(router: router, on: TestLoop.shared)
        let port = try await listener.start()
        let client = Client(on: TestLoop.shared)
        let till = Till(
            house: house, database: database, pool: pool, checkout: checkout, key: key, client: client,
            base: "http://127.0.0.1:\(port)", keySet: keySet)
        do {
            try await body(till)
        } catch {
            await listener.shutdown(within: .zero)
            await client.close()
            throw error
        }
        await listener.shutdown(within: .seconds(10))
        await client.close()
    }

    private static func checkout(
        on pool: PostgresPool, keySet: String, waitingOrdersMax: Int? = nil
    ) throws -> Checkout {
        var limits = OrderBatcher.Batching.Limits()
        if let waitingOrdersMax { limits.waitingOrdersMax = waitingOrdersMax }
        let (log, metrics) = (Log(to: LogRecorder()), Metrics())
        let authenticator = try Authenticator(
            jwksPath: keySet, issuer: "urn:test", audience: "urn:filmclub", log: log, metrics: metrics)
        return Checkout(
            pool: pool, authenticator: authenticator, publicBaseURL: nil, on: TestLoop.shared, log: log,
            metrics: metrics, batching: limits, now: { .now() }, committed: {})
    }

    /// Another process of the same service: the same database, a memory of its own.
    func anotherProcess() throws -> Checkout { try Self.checkout(on: pool, keySet: keySet) }

    private func furnish() async throws {
        try await importing([house.school])
        try await tell(house.films, house.programme)
    }

    // MARK: - Events

    /// The catalog tells of films and of a programme.
    func tell(_ films: [Film] = [], _ programme: Programme? = nil, to other: Checkout? = nil) async throws {
        var events: [InboxEvent] = []
        for film in films { events.append(try event(FilmChanged(film: film), sequence: film.version)) }
        if let programme {
            events.append(try event(ProgrammeChanged(programme: programme), sequence: programme.version))
        }
        try await apply(events, by: other)
    }

    func apply(_ events: [InboxEvent], by other: Checkout? = nil) async throws {
        try await pool.withTransaction { transaction in
            try await (other ?? checkout).events.apply(events, in: transaction)
        }
    }

    func event(_ body: some EventBody, sequence: Int64 = 1) throws -> InboxEvent {
        let envelope = EventEnvelope(
            id: .generate(now: .now()), source: .catalog, type: type(of: body).type, subject: body.key, time: .now(),
            sequence: sequence, trace: .root(), correlationID: .generate(now: .now()))
        return InboxEvent(
            topic: type(of: body).topic, envelope: envelope, body: try JSON.encode(body), origin: "test")
    }

    /// What a key's log says, from sequence 1 on.
    func logged(_ topic: Topic, _ key: String) async throws -> [(sequence: Int64, type: String, body: [UInt8])] {
        try await pool.query(
            "SELECT sequence, type, body FROM event_log WHERE topic = \(topic.name) AND key = \(key) ORDER BY sequence"
        ).map { (try $0.get(0), try $0.get(1), try $0.get(2, as: JSONText.self).bytes) }
    }

    func count(_ table: String) async throws -> Int64 {
        try await pool.query("SELECT count(*) FROM \(identifier: table)").one().get(0)
    }

    func state(of order: OrderID) async throws -> JSONValue {
        try await send("GET", "/v1/orders/\(order)", as: ["operator"]).body
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
        var orderID: OrderID? { body["id"]?.stringValue.flatMap { try? OrderID($0) } }
    }

    func token(_ roles: [String], institution: InstitutionID?) throws -> String {
        let now = Instant.now().secondsSince1970
        var claims: JSONObject = [
            "iss": "urn:test", "aud": "urn:filmclub", "sub": "someone", "iat": .integer(now),
            "exp": .integer(now + 600), "roles": .array(roles.map { .string($0) }),
        ]
        if let institution { claims["institution"] = .string(institution.text) }
        return try key.sign(claims, type: "at+jwt")
    }

    func send(
        _ method: String, _ path: String, as roles: [String], of institution: InstitutionID? = nil,
        headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = ClientRequest(method, base + path, body: body)
        request.headers = headers.map { (name: $0.0, value: $0.1) }
        if !roles.isEmpty {
            request.headers.append(("Authorization", "Bearer \(try token(roles, institution: institution))"))
        }
        if body != nil, !headers.contains(where: { $0.0 == "Content-Type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        let response = try await client.send(request)
        return Answer(
            status: response.status, headers: response.headers, bytes: response.body,
            body: try JSON.parse(response.body))
    }

    /// `POST /v1/orders` by the school's purchaser.
    func order(
        _ request: OrderRequest, key: String? = "\(UUID())", of institution: InstitutionID? = nil,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> Answer {
        var body: JSONObject = [
            "cartId": .string(request.cartId.text), "programmeId": .string(request.programmeId.text),
            "filmIds": .array(request.filmIds.map { .string($0.text) }),
            "payment": ["method": "purchase_order", "purchaseOrderNumber": "PO-2026-17"],
        ]
        change(&body)
        return try await send(
            "POST", "/v1/orders", as: ["purchaser"], of: institution ?? house.school.id,
            headers: key.map { [("Idempotency-Key", $0)] } ?? [], body: JSON.encode(.object(body)))
    }

    @discardableResult
    func importing(_ institutions: [Institution], isDryRun: Bool = false) async throws -> Answer {
        try await send(
            "POST", "/v1/imports\(isDryRun ? "?dryRun=true" : "")", as: ["operator"],
            body: JSON.encode(ImportDocument(institutions: institutions)))
    }
}
