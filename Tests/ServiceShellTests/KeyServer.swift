import FilmClubModel
import HTTPServer
import JOSE
import JSON
import Reactor
import TestSupport

@testable import ServiceShell

/// An identity provider's address that serves a key set, or whatever else a test wants.
final class KeyServer: Sendable {
    struct Answer: Sendable {
        var status = 200
        var headers: ResponseHeaders = [:]
        var body: [UInt8] = []
        var waitsForGate: Gate?
    }

    private let answer = Lock(Answer())
    private let asked = Lock<[RequestHeaders]>([])
    private let listener: Lock<Listener?>
    private let port: UInt16

    var url: String { "http://127.0.0.1:\(port)/jwks.json?tenant=secret" }
    var requests: [RequestHeaders] { asked.withLock { $0 } }

    static func start(_ keys: [SigningKey]) async throws -> KeyServer {
        var router = Router()
        let box = Lock<KeyServer?>(nil)
        router.get("/jwks.json") { request in
            guard let server = box.withLock({ $0 }) else { return Response(status: 500) }
            server.asked.withLock { $0.append(request.headers) }
            let answer = server.answer.withLock { $0 }
            if let gate = answer.waitsForGate { await gate.wait() }
            return Response(status: answer.status, headers: answer.headers, body: .bytes(answer.body))
        }
        router.get("/elsewhere") { _ in Response(status: 200) }
        let listener = Listener(router: router, on: TestLoop.shared)
        let server = KeyServer(listener, port: try await listener.start())
        try server.serve(keys)
        box.withLock { $0 = server }
        return server
    }

    private init(_ listener: Listener, port: UInt16) {
        self.listener = Lock(listener)
        self.port = port
    }

    func serve(_ keys: [SigningKey], headers: ResponseHeaders = [:]) throws {
        let body = try JWKS(keys.map(\.verificationKey)).json()
        answer.withLock { $0 = Answer(headers: headers, body: body) }
    }

    func serve(_ other: Answer) { answer.withLock { $0 = other } }

    func stop() async {
        let last = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        await last?.shutdown(within: .seconds(1))
    }
}
