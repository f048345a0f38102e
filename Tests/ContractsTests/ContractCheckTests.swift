import HTTPClient
import HTTPServer
import JSON
import ServiceShell
import ServiceTestSupport
import Testing

@Suite("The check of a service's answers against its document")
struct ContractCheckTests {
    private static let gone = ProblemType(410, "gone", "Gone", members: [.required("since", .count)])

    private static let thing = Operation(
        "changeThing", "Change a thing",
        parameters: [.path("id", .integer(1...9), says: "Its number."), .query("limit", .count, says: "Some.")],
        body: Operation.Body(json: .object("Thing", [.required("name", .text(like: "a")), .optional("size", .count)])),
        answers: [
            .json(
                .object("Thing", [.required("name", .text(like: "a")), .optional("size", .count)]),
                headers: [AnswerHeader("X-Thing", .word("yes"), says: "It is one.")], says: "The thing.")
        ], problems: [gone])

    /// What the check says when the route answers this.
    private func faults(
        _ response: Response, to body: String = #"{"name":"a"}"#, at target: String = "/v1/things/1"
    ) async throws -> [String] {
        var router = Router()
        router.put("/v1/things/{id}", Self.thing) { _ in response }
        router.publishContract(of: "test")
        let check = await ContractCheck(router)
        var request = ClientRequest("PUT", "http://127.0.0.1\(target)", body: Array(body.utf8))
        request.headers = [("Content-Type", "application/json")]
        return check.faults(request, path: target, Answer(response))
    }

    private func thing(_ text: String, status: Int = 200, headers: ResponseHeaders = ["X-Thing": "yes"]) -> Response {
        .json(Array(text.utf8), status: status, headers: headers)
    }

    @Test("What is declared passes: answers, problems of its own and those that any route may have")
    func declared() async throws {
        #expect(try await faults(thing(#"{"name":"a"}"#)) == [])
        #expect(try await faults(thing(#"{"name":"a","size":1}"#), to: #"{"name":"a","size":null}"#) == [])
        #expect(try await faults(Response(Problem(Self.gone, members: ["since": 1]))) == [])
        #expect(try await faults(Response(.internalError)) == [])
        #expect(try await faults(Response(.overloaded())) == [])
    }

    @Test("A status that is not declared is a fault")
    func status() async throws {
        #expect(try await faults(thing(#"{"name":"a"}"#, status: 202)).count == 1)
        #expect(try await faults(.noContent).count == 1)
        #expect(try await faults(Response(.notFound())).count == 1)
    }

    @Test(
        "A body that is not as declared is a fault",
        arguments: [
            #"{}"#, #"{"name":1}"#, #"{"name":"a","size":-1}"#, #"{"name":"a","colour":"red"}"#, #"[]"#, "no JSON",
        ])
    func body(_ text: String) async throws { #expect(try await faults(thing(text)).count == 1) }

    @Test("A type of problem, or a member of one, that is not declared for its status is a fault")
    func problem() async throws {
        let other = Problem(status: 410, "lost", title: "Lost", members: ["since": 1])
        #expect(try await faults(Response(other)) != [])
        #expect(try await faults(Response(Problem(Self.gone))).count == 1)
        #expect(try await faults(Response(Problem(Self.gone, members: ["since": 1, "by": "us"]))).count == 1)
        #expect(try await faults(Response(Problem(.overloaded))).count == 1, "without its Retry-After")
    }

    @Test("A header that is missing or another than declared, and a content of another type, are faults")
    func headers() async throws {
        #expect(try await faults(thing(#"{"name":"a"}"#, headers: [:])).count == 1)
        #expect(try await faults(thing(#"{"name":"a"}"#, headers: ["X-Thing": "no"])).count == 1)
        #expect(try await faults(.text("a", headers: ["X-Thing": "yes"])).count == 1)
        #expect(try await faults(Response(headers: ["X-Thing": "yes"])).count == 1)
    }

    @Test(
        "What was taken and is not declared is a fault; what was refused is not",
        arguments: [
            (#"{"name":"a","colour":"red"}"#, "/v1/things/1"), (#"{"name":2}"#, "/v1/things/1"),
            (#"{"name":"a"}"#, "/v1/things/10"), (#"{"name":"a"}"#, "/v1/things/one"),
            (#"{"name":"a"}"#, "/v1/things/1?limit=-1"),
        ])
    func taken(_ body: String, _ target: String) async throws {
        #expect(try await faults(thing(#"{"name":"a"}"#), to: body, at: target).count == 1)
        let refusal = Response(.invalidParameter("id", detail: "It is none."))
        #expect(try await faults(refusal, to: body, at: target) == [])
    }

    @Test("An answer at a path of nobody's is no matter of a route's contract")
    func unmatched() async throws {
        #expect(try await faults(Response(.notFound()), at: "/v1/nothing") == [])
    }

    @Test("A document is the same bytes at every start")
    func deterministic() async throws {
        func document() async throws -> Response.Body {
            var router = Router()
            router.put("/v1/things/{id}", Self.thing) { _ in .noContent }
            router.get("/v1/files/{path...}", Operation("file", "A file", answers: [.init(204, "None.")])) { _ in
                .noContent
            }
            router.publishContract(of: "test")
            return await router.respond(to: try Request(.get, "/openapi.json")).body
        }
        guard case .bytes(let first) = try await document(), case .bytes(let second) = try await document() else {
            Issue.record("there is no document")
            return
        }
        #expect(first == second)
        let paths = try JSON.parse(first)["paths"]?.objectValue?.keys
        #expect(
            paths == [
                "/v1/things/{id}", "/v1/files/{path}", "/asyncapi.json", "/docs/events", "/docs/schemas/{schema}",
                "/openapi.json", "/docs",
            ])
    }

    @Test("Where nothing is declared there is no document")
    func undeclared() async throws {
        var router = Router()
        router.get("/v1/things") { _ in .noContent }
        router.publishContract(of: "test")
        #expect(await router.respond(to: try Request(.get, "/openapi.json")).status == 404)
        #expect(Contract(router).undeclared == ["GET /v1/things"])
    }
}
