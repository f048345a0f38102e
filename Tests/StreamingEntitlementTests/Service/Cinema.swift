import FilmClubModel
import FoundationEssentials
import HTTPClient
import HTTPServer
import JOSE
import JSON
import Postgres
import Reactor
import ServiceShell
import StreamingEntitlementDomain
import TestSupport
import Testing

@testable import Messaging
@testable import StreamingEntitlementService

/// A whole streaming service on a database of its own, reached over HTTP. No broker: events are handed to its handler,
/// and what it would publish is read from its event log.
final class Cinema: Sendable {
    let pool: PostgresPool
    let streaming: StreamingEntitlement
    let router: Router
    let log: LogRecorder
    let metrics: Metrics
    let media: MediaRoot
    let streamKey: SigningKey
    let base: String
    private let identityKey: SigningKey
    private let client: Client
    private let sequences = Lock<[String: Int64]>([:])

    let school = Sample.id(100, InstitutionID.self)
    let library = Sample.id(101, InstitutionID.self)
    /// All of them play the short film.
    let films = (1...6).map { Sample.id($0 + 200, FilmID.self) }

    private init(_ parts: Parts, base: String, client: Client) {
        (pool, streaming, router) = (parts.pool, parts.streaming, parts.router)
        (log, metrics, media) = (parts.log, parts.metrics, parts.media)
        (streamKey, identityKey) = (parts.streamKey, parts.identityKey)
        self.base = base
        self.client = client
    }

    private struct Parts {
        let pool: PostgresPool
        let streaming: StreamingEntitlement
        let router: Router
        let log: LogRecorder
        let metrics: Metrics
        let media: MediaRoot
        let streamKey: SigningKey
        let identityKey: SigningKey
    }

    /// Opens a cinema whose films are imported, and closes it afterwards.
    /// - Parameter isWatching: whether its gate follows the revocations.
    static func with(
        isWatching: Bool = true, publicBaseURL: String? = nil, _ body: (Cinema) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let parts = try await parts(on: database.pool(), publicBaseURL: publicBaseURL)
            let listener = Listener(router: parts.router, on: TestLoop.shared)
            let port = try await listener.start()
            let client = Client(on: TestLoop.shared)
            let cinema = Cinema(parts, base: "http://127.0.0.1:\(port)", client: client)
            var outcome: Result<Void, any Error>
            do {
                if isWatching { try await parts.streaming.watch.start() }
                try await cinema.furnish()
                try await body(cinema)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            await parts.streaming.watch.stop(within: .seconds(10))
            await listener.shutdown(within: .seconds(10))
            await client.close()
            try outcome.get()
        }
    }

    private static func parts(on pool: PostgresPool, publicBaseURL: String?) async throws -> Parts {
        _ = try await Migrations.apply([messagingMigrations] + StreamingMigrations.all, with: pool)
        let recorder = LogRecorder()
        let (log, metrics) = (Log(to: recorder, level: .debug), Metrics())
        let (identityKey, streamKey) = (
            try SigningKey.generateES256(keyID: "identity"), try SigningKey.generateES256(keyID: "stream")
        )
        let media = try MediaRoot()
        let keySet = try media.write("keys.json", JWKS([identityKey.verificationKey]).json())
        let authenticator = try Authenticator(
            jwksPath: keySet, issuer: "urn:test", audience: "urn:filmclub", log: log, metrics: metrics)
        let streaming = try StreamingEntitlement(
            pool: pool, authenticator: authenticator, signingKey: streamKey, mediaRoot: media.path,
            publicBaseURL: publicBaseURL, on: TestLoop.shared, log: log, metrics: metrics, now: { .now() })
        var router = Router()
        router.use(RequestLog(log))
        streaming.register(in: &router)
        return Parts(
            pool: pool, streaming: streaming, router: router, log: recorder, metrics: metrics, media: media,
            streamKey: streamKey, identityKey: identityKey)
    }

    private func furnish() async throws {
        let media = try films.map { MediaMapping(filmId: $0, asset: try Slug("short-film")) }
        let answer = try await importing(ImportDocument(media: media))
        try #require(answer.status == 200)
    }

    // MARK: - Events

    func order(
        _ number: UInt64 = 300, films: [FilmID]? = nil, slots: Int? = 5, caps: Caps = Caps()
    ) throws -> OrderConfirmed {
        let films = films ?? Array(self.films.prefix(5))
        return OrderConfirmed(
            orderId: Sample.id(number), institutionId: school, territory: try Territory("US"),
            timeZone: try TimeZoneName("America/New_York"), programmeId: Sample.id(1), programmeVersion: 1,
            slots: slots,
            lines: films.enumerated().map { index, film in
                ConfirmedLine(lineId: Sample.id(number * 100 + UInt64(index)), filmId: film, title: "Película \(index)")
            },
            windowDays: 7, windowPolicy: .openAtOnce, caps: caps, confirmedAt: .now())
    }

    /// Events as they come out of the inbox, all of them in one transaction.
    func hear(_ bodies: any EventBody...) async throws {
        let events = try bodies.map { try event($0) }
        try await pool.withTransaction { try await streaming.events.apply(events, in: $0) }
    }

    private func event(_ body: some EventBody) throws -> InboxEvent {
        let key = body.key
        let sequence = sequences.withLock { sequences in
            sequences[key, default: 0] += 1
            return sequences[key, default: 0]
        }
        let envelope = EventEnvelope(
            id: .generate(now: .now()), source: .checkout, type: type(of: body).type, subject: key, time: .now(),
            sequence: sequence, trace: .root(), correlationID: .generate(now: .now()))
        return InboxEvent(
            topic: type(of: body).topic, envelope: envelope, body: try JSON.encode(body), origin: "test")
    }

    /// Grants an order and answers with its entitlements' ids, in the order of its lines.
    func granted(_ order: OrderConfirmed) async throws -> [EntitlementID] {
        try await hear(order)
        return try await pool.query(
            "SELECT id FROM entitlements WHERE order_id = \(order.orderId) ORDER BY position"
        ).map { try $0.get(0) }
    }

    /// What the log says of an order, from sequence 1 on.
    func logged(_ order: OrderID) async throws -> [(sequence: Int64, type: String, body: [UInt8])] {
        try await pool.query(
            """
            SELECT sequence, type, body FROM event_log
            WHERE topic = \(Topic.entitlements.name) AND key = \(order.text) ORDER BY sequence
            """
        ).map { (try $0.get(0), try $0.get(1), try $0.get(2, as: JSONText.self).bytes) }
    }

    func count(_ table: String) async throws -> Int64 {
        try await pool.query("SELECT count(*) FROM \(identifier: table)").one().get(0)
    }

    // MARK: - Requests

    func token(
        _ roles: [Role], institution: InstitutionID?, type: String = "at+jwt", by key: SigningKey? = nil
    ) throws -> String {
        let now = Instant.now().secondsSince1970
        var claims: JSONObject = [
            "iss": "urn:test", "aud": "urn:filmclub", "sub": "someone", "iat": .integer(now),
            "exp": .integer(now + 600), "roles": .array(roles.map { .string($0.rawValue) }),
        ]
        if let institution { claims["institution"] = .string(institution.text) }
        return try (key ?? identityKey).sign(claims, type: type)
    }

    func send(
        _ method: String, _ path: String, bearer: String? = nil, headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = ClientRequest(method, path.hasPrefix("http") ? path : base + path, body: body)
        request.headers = headers.map { (name: $0.0, value: $0.1) }
        if let bearer { request.headers.append(("Authorization", "Bearer \(bearer)")) }
        let response = try await client.send(request)
        return Answer(status: response.status, headers: response.headers, bytes: response.body)
    }

    /// As the school's viewer unless said otherwise.
    func get(_ path: String, as roles: [Role] = [.viewer], of institution: InstitutionID? = nil) async throws -> Answer
    {
        try await send("GET", path, bearer: try token(roles, institution: institution ?? school))
    }

    func open(
        _ entitlement: EntitlementID, key: String? = "\(UUID())", as roles: [Role] = [.viewer],
        of institution: InstitutionID? = nil, body: [UInt8]? = nil, mediaType: String = "application/json"
    ) async throws -> Answer {
        var headers = key.map { [("Idempotency-Key", $0)] } ?? []
        if body != nil { headers.append(("Content-Type", mediaType)) }
        return try await send(
            "POST", "/v1/entitlements/\(entitlement)/sessions",
            bearer: try token(roles, institution: institution ?? school), headers: headers, body: body)
    }

    /// An order's first film, opened: its entitlement and the address of everything it plays.
    func playing(_ order: OrderConfirmed? = nil) async throws -> (entitlement: EntitlementID, folder: String) {
        let ids = try await granted(try order ?? self.order())
        let id = try #require(ids.first)
        let answer = try await open(id)
        let address = try #require(answer.json["playUrl"]?.stringValue)
        return (id, String(address.dropLast("master.m3u8".count)))
    }

    func importing(_ document: ImportDocument, isDryRun: Bool = false) async throws -> Answer {
        try await importing(text: JSON.encode(document), isDryRun: isDryRun)
    }

    func importing(text: [UInt8], isDryRun: Bool = false, as role: Role = .operator) async throws -> Answer {
        try await send(
            "POST", "/v1/imports\(isDryRun ? "?dryRun=true" : "")", bearer: try token([role], institution: nil),
            headers: [("Content-Type", "application/json")], body: text)
    }

    struct Answer: Sendable {
        let status: Int
        let headers: ClientHeaders
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSONValue { (try? JSON.parse(bytes)) ?? .null }
        var problem: String? {
            json["type"]?.stringValue.map { String($0.dropFirst(Problem.typePrefix.utf8.count)) }
        }
        var reason: String? { json["reason"]?.stringValue }
    }
}

/// A folder of media with the short film in it, gone with it.
final class MediaRoot: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "filmclub-media-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/short-film", withDestinationPath: ShortFilmTests.folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ content: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let folder = file.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(content).write(to: URL(filePath: file))
        return file
    }

    /// The small asset, with files in the place of its segments.
    func write(_ asset: SampleAsset, as name: String) throws {
        for (file, content) in asset.files() { try write("\(name)/\(file)", content) }
        try write("\(name)/asset.json", Array(asset.manifest.utf8))
        for folder in ["v", "w", "a"] {
            for file in ["init.mp4", "0.m4s", "1.m4s"] where "\(folder)/\(file)" != asset.missing {
                try write("\(name)/\(folder)/\(file)", Array("\(folder)/\(file)".utf8))
            }
        }
    }
}

/// Waits until something is so; fails the test after a time that only bounds a hang.
func eventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverCame(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct NeverCame: Error { let what: String }
