import FilmClubModel
import FoundationEssentials
import JOSE
import JSON
import Messaging
import Postgres
import Reactor
import ServiceShell
import ServiceTestSupport
import StreamingEntitlementDomain
import TestSupport
import Testing

@testable import StreamingEntitlementService

/// A whole streaming service whose films can be played, reached over HTTP.
final class Cinema: ServiceWorld {
    let ground: ServiceGround
    let service: HostedService
    let streaming: StreamingEntitlement
    let media: MediaRoot
    let streamKey: SigningKey
    private let sequences = Lock<[String: Int64]>([:])

    let school = Sample.id(100, InstitutionID.self)
    let library = Sample.id(101, InstitutionID.self)
    /// All of them play the short film.
    let films = (1...6).map { Sample.id($0 + 200, FilmID.self) }

    private init(
        ground: ServiceGround, service: HostedService, streaming: StreamingEntitlement, media: MediaRoot,
        streamKey: SigningKey
    ) {
        self.ground = ground
        self.service = service
        self.streaming = streaming
        self.media = media
        self.streamKey = streamKey
    }

    /// Opens a cinema whose films are imported, and closes it afterwards.
    /// - Parameter isWatching: whether its gate follows the revocations.
    static func with(
        isWatching: Bool = true, publicBaseURL: String? = nil, _ body: (Cinema) async throws -> Void
    ) async throws {
        try await ServiceGround.with(StreamingMigrations.all) { ground in
            let (media, streamKey) = (try MediaRoot(), try SigningKey.generateES256(keyID: "stream"))
            let streaming = try StreamingEntitlement(
                pool: ground.pool, authenticator: try ground.authenticator(), signingKeys: try SigningKeys(streamKey),
                mediaRoot: media.path, publicBaseURL: publicBaseURL, on: TestLoop.shared, log: ground.log,
                metrics: ground.metrics, now: { .now() })
            try await HostedService.with(ground) {
                streaming.register(in: &$0)
            } _: { service in
                let cinema = Cinema(
                    ground: ground, service: service, streaming: streaming, media: media, streamKey: streamKey)
                try await streaming.watch.whileRunning(isWatching) {
                    try await cinema.furnish()
                    try await body(cinema)
                }
            }
        }
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
        try await ground.apply(try bodies.map { try numbered($0) }, by: streaming.events)
    }

    private func numbered(_ body: some EventBody) throws -> InboxEvent {
        let sequence = sequences.withLock { sequences in
            sequences[body.key, default: 0] += 1
            return sequences[body.key, default: 0]
        }
        return try event(body, sequence: sequence, from: .checkout)
    }

    /// Grants an order and answers with its entitlements' ids, in the order of its lines.
    func granted(_ order: OrderConfirmed) async throws -> [EntitlementID] {
        try await hear(order)
        return try await pool.query(
            "SELECT id FROM entitlements WHERE order_id = \(order.orderId) ORDER BY position"
        ).map { try $0.get(0) }
    }

    /// What the log says of an order, from sequence 1 on.
    func logged(_ order: OrderID) async throws -> [WrittenEvent] { try await logged(.entitlements, order.text) }

    // MARK: - Requests

    /// As the school's viewer unless said otherwise.
    func get(_ path: String, as roles: [Role] = [.viewer], of institution: InstitutionID? = nil) async throws -> Answer
    {
        try await send("GET", path, token: try token(roles, of: institution ?? school))
    }

    func open(
        _ entitlement: EntitlementID, key: String? = "\(UUID())", as roles: [Role] = [.viewer],
        of institution: InstitutionID? = nil, body: [UInt8]? = nil, mediaType: String = "application/json"
    ) async throws -> Answer {
        var headers = key.map { [("Idempotency-Key", $0)] } ?? []
        if body != nil { headers.append(("Content-Type", mediaType)) }
        return try await send(
            "POST", "/v1/entitlements/\(entitlement)/sessions", token: try token(roles, of: institution ?? school),
            headers: headers, body: body)
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
            "POST", "/v1/imports\(isDryRun ? "?dryRun=true" : "")", token: try token([role], of: nil), body: text)
    }
}

extension Answer {
    /// Why a playback was refused.
    var reason: String? { json["reason"]?.stringValue }
}
