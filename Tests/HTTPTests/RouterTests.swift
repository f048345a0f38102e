import JSON
import Testing

@testable import HTTPServer

@Suite("Router")
struct RouterTests {
    private func text(_ response: Response) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    private func ask(_ router: Router, _ method: Method, _ target: String) async throws -> Response {
        await router.respond(to: try Request(method, target))
    }

    @Test("The most exact pattern answers, in whatever order they were registered")
    func exactness() async throws {
        var router = Router()
        router.get("/films/{id}/{rest...}") { request in
            .text("rest \(request.pathParameters["id"] ?? "") \(request.pathParameters["rest"] ?? "")")
        }
        router.get("/films/{id}") { .text("id \($0.pathParameters["id"] ?? "")") }
        router.get("/films/new") { _ in .text("new") }
        router.get("/films/new/{page}/x") { _ in .text("x") }
        router.get("/") { _ in .text("root") }
        for (target, expected) in [
            ("/", "root"), ("/films/new", "new"), ("/films/7", "id 7"), ("/films/7/a/b", "rest 7 a/b"),
            ("/films/new/1/x", "x"), ("/films/new/1/y", "rest new 1/y"), ("/films/ne%77", "new"),
        ] {
            #expect(text(try await ask(router, .get, target)) == expected)
        }
        #expect(try await ask(router, .get, "/films").status == 404)
        #expect(try await ask(router, .get, "/cinema").status == 404)
    }

    @Test("HEAD is answered by GET's handler, another method with 405 and what is allowed")
    func methods() async throws {
        var router = Router()
        router.get("/films") { _ in .text("films") }
        router.post("/films") { _ in .text("made") }
        #expect(try await ask(router, .head, "/films").status == 200)
        let refusal = try await ask(router, .delete, "/films")
        #expect(refusal.status == 405)
        #expect(refusal.headers["allow"] == "GET, HEAD, POST")
        #expect(refusal.headers["content-type"] == Problem.mediaType)
    }

    private struct Mark: Middleware {
        let name: String
        func handle(_ request: Request, next: Handler) async throws -> Response {
            var request = request
            request[Trail.self] = (request[Trail.self] ?? []) + [name]
            var response = try await next(request)
            response.headers.append("X-Mark", name)
            return response
        }
    }

    private enum Trail: RequestKey { typealias Value = [String] }

    @Test("Middleware stands around handlers in order, a group's only around its own")
    func middleware() async throws {
        var router = Router()
        router.use(Mark(name: "outer"))
        router.group("/v1", [Mark(name: "inner")]) { group in
            group.get("/in") { .text(($0[Trail.self] ?? []).joined(separator: " ")) }
        }
        router.get("/out") { .text(($0[Trail.self] ?? []).joined(separator: " ")) }
        let inside = try await ask(router, .get, "/v1/in")
        #expect(text(inside) == "outer inner")
        #expect(inside.headers.fields.filter { $0.name == "X-Mark" }.map(\.value) == ["inner", "outer"])
        #expect(text(try await ask(router, .get, "/out")) == "outer")
    }

    @Test("A thrown problem goes out as it is, any other error as 500 without a word of why")
    func errors() async throws {
        struct Secret: Error {}
        var router = Router()
        router.get("/problem") { _ in
            throw Problem(
                status: 409, "cart-already-ordered", title: "Cart already ordered", detail: "It was \"ordered\".",
                members: ["order": "/v1/orders/1"], headers: ["Link": "</v1/orders/1>"])
        }
        router.get("/secret") { _ in throw Secret() }
        let problem = try await ask(router, .get, "/problem")
        #expect(problem.status == 409)
        #expect(problem.headers["link"] == "</v1/orders/1>")
        #expect(
            text(problem)
                == #"{"type":"urn:filmclub:problem:cart-already-ordered","title":"Cart already ordered","status":409,"#
                + #""detail":"It was \"ordered\".","order":"/v1/orders/1"}"#)
        let secret = try await ask(router, .get, "/secret")
        #expect(secret.status == 500)
        #expect(!text(secret).contains("Secret"))
    }

    @Test("Typed parameters are read, and one that cannot be names itself")
    func parameters() async throws {
        var router = Router()
        router.get("/films/{year}") { request in
            let year = try request.parameter("year") { Int($0) }
            let limit = try request.query("limit") { Int($0) } ?? 20
            return .text("\(year) \(limit)")
        }
        #expect(text(try await ask(router, .get, "/films/2021?limit=5")) == "2021 5")
        #expect(text(try await ask(router, .get, "/films/2021")) == "2021 20")
        for (target, name) in [
            ("/films/x", "year"), ("/films/1?limit=x", "limit"), ("/films/1?limit=1&limit=2", "limit"),
        ] {
            let refusal = try await ask(router, .get, target)
            #expect(refusal.status == 400)
            #expect(text(refusal).contains(#""parameter":"\#(name)""#))
        }
    }

    @Test("A media type is compared without its parameters and without regard to case")
    func mediaTypes() {
        for type in ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"] {
            #expect(RouteOptions.json.accepts(mediaType: type))
        }
        for type in ["text/plain", "application/json5", "application/json, text/plain", "", nil] {
            #expect(!RouteOptions.json.accepts(mediaType: type))
        }
    }
}
