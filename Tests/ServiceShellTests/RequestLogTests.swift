import FilmClubModel
import HTTPServer
import Reactor
import Testing

@testable import ServiceShell

@Suite("Request log")
struct RequestLogTests {
    private let recorder = LogRecorder()
    private static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private struct Secret: Error, CustomStringConvertible {
        let description = "connection refused"
    }

    private func router(_ level: LogLevel = .info) -> Router {
        var router = Router()
        router.use(RequestLog(Log(to: recorder, level: level)))
        router.get("/v1/play/{token}/{path...}") { request in .text(request.identity.trace.traceparent) }
        router.post("/v1/orders") { request in .text(request.identity.id, status: 201) }
        router.get("/broken") { _ in throw Secret() }
        router.get("/refused") { _ in throw Problem(status: 409, "taken", title: "Taken") }
        return router
    }

    private func answer(
        _ method: HTTPServer.Method, _ path: String, headers: KeyValuePairs<String, String> = [:],
        level: LogLevel = .info
    ) async throws -> Response {
        await router(level).respond(to: try Request(method, path, headers: RequestHeaders(headers)))
    }

    private func text(_ response: Response) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    @Test("A sane request id of the caller is kept, given back and logged")
    func incomingID() async throws {
        let response = try await answer(.post, "/v1/orders", headers: ["X-Request-Id": "order-77.a_B"])
        #expect(text(response) == "order-77.a_B")
        #expect(response.headers["X-Request-Id"] == "order-77.a_B")
        #expect(recorder.lines[0].contains("\"request_id\":\"order-77.a_B\""))
    }

    @Test(
        "Any other request id is replaced by one of ours",
        arguments: ["", "a b", "a\"b", "ñ", "a;b", "a, b", String(repeating: "x", count: 65)])
    func replacedID(id: String) async throws {
        let response = try await answer(.post, "/v1/orders", headers: ["X-Request-Id": id])
        let own = try #require(response.headers["X-Request-Id"])
        #expect(own != id)
        #expect(own.utf8.count == 16)
    }

    @Test("The caller's trace goes on in a step of its own; without one a trace begins")
    func trace() async throws {
        let response = try await answer(.get, "/v1/play/t/a", headers: ["traceparent": Self.traceparent])
        let own = try TraceContext(text(response))
        #expect(own.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(own.spanID != "b7ad6b7169203331")
        let first = try TraceContext(text(try await answer(.get, "/v1/play/t/a", headers: ["traceparent": "junk"])))
        let second = try TraceContext(text(try await answer(.get, "/v1/play/t/a")))
        #expect(first.traceID != second.traceID)
    }

    @Test("The log names the route's pattern, never the path")
    func noPath() async throws {
        _ = try await answer(.get, "/v1/play/s3cr3t-token/a/b.ts", level: .debug)
        #expect(recorder.lines.count == 1)
        #expect(recorder.lines[0].contains(#""method":"GET","route":"/v1/play/{token}/{path...}","status":200"#))
        #expect(!recorder.lines[0].contains("s3cr3t"))
    }

    @Test("Quick successful reads are not logged at info; writes, refusals and failures are")
    func levels() async throws {
        _ = try await answer(.get, "/v1/play/t/a")
        #expect(recorder.lines.isEmpty)
        _ = try await answer(.post, "/v1/orders")
        _ = try await answer(.get, "/refused")
        _ = try await answer(.get, "/nowhere")
        #expect(recorder.lines(of: "request.answered").count == 3)
        #expect(recorder.lines[2].contains(#""route":"unmatched","status":404"#))
    }

    @Test("A problem goes out as it is, with the request's id")
    func problem() async throws {
        let response = try await answer(.get, "/refused")
        #expect(response.status == 409)
        #expect(text(response).contains("urn:filmclub:problem:taken"))
        #expect(response.headers["X-Request-Id"] != nil)
    }

    @Test("Any other error is a 500 that tells the client nothing and the log everything")
    func internalError() async throws {
        let response = try await answer(.get, "/broken")
        #expect(response.status == 500)
        #expect(!text(response).contains("connection refused"))
        let line = try #require(recorder.lines(of: "request.failed").first)
        #expect(line.contains("connection refused"))
        #expect(line.contains("\"request_id\":\"\(response.headers["X-Request-Id"] ?? "?")\""))
    }
}
