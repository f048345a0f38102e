import FilmClubModel
import FoundationEssentials
import HTTPClient
import HTTPServer
import JOSE
import JSON
import Messaging
import Postgres
import Reactor
import ServiceShell
import TestSupport
import Testing

@testable import CatalogService

/// A catalog of one test's own, on a port of its own, asked over HTTP.
struct CatalogWorld: Sendable {
    let database: TestDatabase
    let pool: PostgresPool
    let base: String
    let metrics: Metrics
    let published: Counter
    private let client: Client
    private let key: SigningKey

    static let issuer = "urn:test:identity"
    static let audience = "urn:test:films"

    /// - Parameter isWatching: whether pages are kept in memory.
    static func with(
        isWatching: Bool = true, _ body: (CatalogWorld) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            try await Migrations.apply([messagingMigrations] + CatalogMigrations.all, with: pool)
            let loop = database.loop
            let key = try SigningKey.generateES256(keyID: "test")
            let keys = try KeyFile(key)
            let (log, metrics) = (Log(to: LogRecorder()), Metrics())
            let published = metrics.counter("test_published", help: "Calls after a commit.")
            let catalog = Catalog(
                pool: pool,
                authenticator: try Authenticator(
                    jwksPath: keys.path, issuer: issuer, audience: audience, log: log, metrics: metrics),
                on: loop, log: log, metrics: metrics, now: { .now() }, committed: { published.increment() })
            var router = Router()
            router.use(RequestLog(log))
            catalog.register(in: &router)
            let listener = Listener(ListenerConfiguration(), router: router, on: loop)
            var configuration = ClientConfiguration()
            configuration.bodyBytesMax = 4 * 1_024 * 1_024
            let client = Client(on: loop, configuration: configuration)
            let port = try await listener.start()
            if isWatching { try await catalog.watch.start() }
            let world = CatalogWorld(
                database: database, pool: pool, base: "http://127.0.0.1:\(port)", metrics: metrics,
                published: published, client: client, key: key)
            let outcome = await Result { try await body(world) }
            if isWatching { await catalog.watch.stop(within: .seconds(5)) }
            await client.close()
            await listener.shutdown(within: .seconds(5))
            try outcome.get()
        }
    }

    func token(_ roles: [Role], purpose: String = "at+jwt", lifetimeSeconds: Int64 = 600) throws -> String {
        let now = Instant.now().secondsSince1970
        return try key.sign(
            [
                "iss": .string(Self.issuer), "aud": .string(Self.audience), "sub": "tester", "iat": .integer(now),
                "exp": .integer(now + lifetimeSeconds), "roles": .array(roles.map { .string($0.rawValue) }),
            ], type: purpose)
    }

    func send(_ request: ClientRequest) async throws -> Answer { Answer(try await client.send(request)) }

    func get(_ target: String, headers: KeyValuePairs<String, String> = [:]) async throws -> Answer {
        try await send(ClientRequest("GET", base + target, headers: headers))
    }

    func post(
        _ body: [UInt8], to target: String = "/v1/imports", token: String?, mediaType: String = "application/json"
    ) async throws -> Answer {
        var request = ClientRequest("POST", base + target, headers: ["Content-Type": mediaType], body: body)
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        return try await send(request)
    }

    /// As an operator.
    func load(_ document: ImportDocument, isDryRun: Bool = false) async throws -> Answer {
        try await load(text: JSON.encode(document), isDryRun: isDryRun)
    }

    func load(text: [UInt8], isDryRun: Bool = false) async throws -> Answer {
        try await post(
            text, to: "/v1/imports" + (isDryRun ? "?dryRun=true" : ""), token: try token([.operator]))
    }

    /// What was appended to the event log, in order.
    func events() async throws -> [(topic: String, key: String, sequence: Int64, type: String, body: [UInt8])] {
        try await pool.query(
            "SELECT topic, key, sequence, type, body FROM event_log ORDER BY number"
        ).map { row in
            (
                try row.get("topic"), try row.get("key"), try row.get("sequence"), try row.get("type"),
                try row.get("body", as: JSONText.self).bytes
            )
        }
    }

    func filmCount() async throws -> Int64 { try await pool.query("SELECT count(*) FROM films").one().get(0) }
}

/// What the catalog answered.
struct Answer: Sendable {
    let status: Int
    let headers: ClientHeaders
    let body: [UInt8]

    init(_ response: ClientResponse) {
        (status, headers, body) = (response.status, response.headers, response.body)
    }

    var json: JSONValue { (try? JSON.parse(body, limits: JSONLimits(bytesMax: 16 << 20))) ?? .null }

    /// The end of the problem's type; nil where this is none.
    var problem: String? {
        guard headers["Content-Type"] == "application/problem+json", json["status"] == .integer(Int64(status)) else {
            return nil
        }
        return json["type"]?.stringValue.map { String($0.dropFirst("urn:filmclub:problem:".count)) }
    }

    /// The member `name` of every entry of the list `list`.
    func texts(_ list: String, _ name: String) -> [String] {
        json[list]?.arrayValue?.compactMap { $0[name]?.stringValue } ?? []
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// A key set in a file, gone with it.
private final class KeyFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "filmclub-catalog-\(UUID().uuidString)").path

    init(_ key: SigningKey) throws {
        try Data(try JWKS([key.verificationKey]).json()).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
