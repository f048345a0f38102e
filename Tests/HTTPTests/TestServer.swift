import HTTPClient
import HTTPServer
import Reactor

/// A server of a test's own: its loop's thread, any free port, and a client on another loop.
struct TestServer {
    let loop: EventLoop
    let listener: Listener
    let port: UInt16
    let client: Client
    let observed: Observed

    /// Builds, starts, lends and stops it, whatever happens within.
    static func run<Result>(
        limits: ListenerLimits = ListenerLimits(), _ build: (inout Router) -> Void,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        var router = Router()
        build(&router)
        let observed = Observed()
        let loop = try EventLoop.spawn(name: "server")
        let clientLoop = try EventLoop.spawn(name: "client")
        let configuration = ListenerConfiguration(limits: limits, events: observed.events)
        let listener = Listener(configuration, router: router, on: loop)
        let client = Client(on: clientLoop)
        let port = try await listener.start()
        let server = TestServer(loop: loop, listener: listener, port: port, client: client, observed: observed)
        do {
            let result = try await body(server)
            await server.stop(clientLoop)
            return result
        } catch {
            await server.stop(clientLoop)
            throw error
        }
    }

    /// One whose GET / waits at a gate before it answers `served`.
    static func runGated<Result>(
        limits: ListenerLimits = ListenerLimits(), _ body: (TestServer, Gate) async throws -> Result
    ) async throws -> Result {
        let gate = Gate()
        return try await run(limits: limits) { router in
            router.get("/") { _ in
                await gate.pass()
                return .text("served")
            }
        } _: { server in
            try await body(server, gate)
        }
    }

    private func stop(_ clientLoop: EventLoop) async {
        await client.close()
        await listener.shutdown(within: .seconds(5))
        loop.stop()
        clientLoop.stop()
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    func send(
        _ method: String, _ path: String, headers: KeyValuePairs<String, String> = [:], body: String? = nil
    ) async throws -> ClientResponse {
        let request = ClientRequest(method, url(path), headers: headers, body: body.map { Array($0.utf8) })
        return try await client.send(request)
    }

    func get(_ path: String, headers: KeyValuePairs<String, String> = [:]) async throws -> ClientResponse {
        try await send("GET", path, headers: headers)
    }
}

/// What a listener told its owner.
final class Observed: Sendable {
    private let lock = Lock(Content())

    private struct Content {
        var records: [AccessRecord] = []
        var errors: [String] = []
        var log: [String] = []
    }

    var events: ListenerEvents {
        ListenerEvents(
            onAccess: { record in self.lock.withLock { $0.records.append(record) } },
            onInternalError: { error, _ in self.lock.withLock { $0.errors.append("\(error)") } },
            onLibraryLog: { line in self.lock.withLock { $0.log.append(line) } })
    }

    var records: [AccessRecord] { lock.withLock { $0.records } }
    var errors: [String] { lock.withLock { $0.errors } }
}

extension ClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
