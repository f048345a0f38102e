public import FilmClubModel
public import Messaging
public import Postgres
public import ServiceShell
public import TestSupport

/// A test's world around one service: what it stands on, and its routes on a port. The tests of each service add the
/// requests that are its own.
public protocol ServiceWorld: Sendable {
    var ground: ServiceGround { get }
    var service: HostedService { get }
}

extension ServiceWorld {
    public var database: TestDatabase { ground.database }
    public var pool: PostgresPool { ground.pool }
    public var metrics: Metrics { ground.metrics }
    public var log: LogRecorder { ground.recorder }

    public func event(
        _ body: some EventBody, sequence: Int64 = 1, from source: ServiceName = .catalog
    ) throws -> InboxEvent {
        try ground.event(body, sequence: sequence, from: source)
    }

    public func logged(_ topic: Topic, _ key: String) async throws -> [WrittenEvent] {
        try await ground.logged(topic, key)
    }

    public func count(_ table: String) async throws -> Int64 { try await ground.count(table) }

    public func token(
        _ roles: [Role], of institution: InstitutionID?, type: String = "at+jwt", expiresInSeconds: Int64 = 600
    ) throws -> String {
        try ground.identity.token(roles, of: institution, type: type, expiresInSeconds: expiresInSeconds)
    }

    public func send(
        _ method: String, _ target: String, token: String? = nil, headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        try await service.send(method, target, token: token, headers: headers, body: body)
    }
}

extension ShellService {
    /// Runs beside `body` if `isWanted`, and is stopped after it, whatever came of it.
    public func whileRunning(_ isWanted: Bool, _ body: () async throws -> Void) async throws {
        guard isWanted else { return try await body() }
        try await start()
        let outcome = await Result { try await body() }
        await stop(within: .seconds(10))
        try outcome.get()
    }
}
