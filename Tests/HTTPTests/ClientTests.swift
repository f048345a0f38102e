import HTTPClient
import HTTPServer
import Reactor
import TestSupport
import Testing

@Suite("Client")
struct ClientTests {
    private func echo(_ router: inout Router) {
        let handler: Handler = { request in
            let type = request.headers["Content-Type"] ?? "none"
            let length = request.headers["Content-Length"] ?? "none"
            let own = request.headers["X-Own"] ?? "none"
            let body = String(decoding: request.body, as: UTF8.self)
            return .text("\(request.method.rawValue) type=\(type) length=\(length) own=\(own) body=\(body)")
        }
        for method in [Method.get, .post, .put, .patch, .delete] { router.on(method, "/echo", handler) }
    }

    @Test("Method, headers and body go out as given, and nothing else does")
    func goesOut() async throws {
        try await TestServer.run { router in
            echo(&router)
        } _: { server in
            for (method, body, expected) in [
                ("GET", nil, "GET type=none length=none own= body="),
                ("POST", "a=b", "POST type=none length=3 own= body=a=b"),
                ("POST", nil, "POST type=none length=0 own= body="),
                ("PUT", "", "PUT type=none length=0 own= body="),
                ("PATCH", "x", "PATCH type=none length=1 own= body=x"),
                ("DELETE", nil, "DELETE type=none length=none own= body="),
            ] as [(String, String?, String)] {
                let text = try await server.send(method, "/echo", headers: ["X-Own": ""], body: body).text
                #expect(text == expected)
            }
            let typed = try await server.send("POST", "/echo", headers: ["Content-Type": "a/b"], body: "é").text
            #expect(typed == "POST type=a/b length=2 own=none body=é")
        }
    }

    @Test("Many requests at once are all answered, on connections that are used again")
    func many() async throws {
        try await TestServer.run { router in
            router.get("/{n}") { .text($0.pathParameters["n"] ?? "") }
        } _: { server in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask { Int(try await server.get("/\(number)").text) ?? 0 }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == (0..<200).reduce(0, +))
        }
    }

    @Test("A status of any kind is an answer, and a redirect is not followed")
    func redirect() async throws {
        try await TestServer.run { router in
            router.get("/old") { _ in Response(status: 302, headers: ["Location": "/new"]) }
            router.get("/new") { _ in .text("followed") }
        } _: { server in
            let response = try await server.get("/old")
            #expect(response.status == 302)
            #expect(response.headers["location"] == "/new")
        }
    }

    @Test("A server that does not answer in time is given up")
    func timeout() async throws {
        let gate = Gate()
        try await TestServer.run { router in
            router.get("/secret-path") { _ in
                await gate.pass()
                return .noContent
            }
        } _: { server in
            let request = ClientRequest("GET", server.url("/secret-path?token=1"), durationMax: .milliseconds(50))
            let error = await #expect(throws: ClientError.self) { try await server.client.send(request) }
            #expect(error?.isTimeout == true)
            #expect(error?.description.hasPrefix("GET http://127.0.0.1:\(server.port): ") == true)
            #expect(error?.description.contains("secret") == false)
            await gate.open()
        }
    }

    @Test("An answer larger than allowed is broken off")
    func tooLarge() async throws {
        try await TestServer.run { router in
            router.get("/body") { _ in .text(String(repeating: "x", count: 1_001)) }
            router.get("/head") { _ in Response(headers: ["X": String(repeating: "x", count: 20_000)]) }
        } _: { server in
            let fits = ClientRequest("GET", server.url("/body"), bodyBytesMax: 1_001)
            let whole = try await server.client.send(fits)
            #expect(whole.body.count == 1_001)
            let small = ClientRequest("GET", server.url("/body"), bodyBytesMax: 1_000)
            let error = await #expect(throws: ClientError.self) { try await server.client.send(small) }
            #expect(error?.isTooLarge == true)

            var narrow = ClientConfiguration()
            narrow.headBytesMax = 10_000
            let client = Client(on: server.client.loop, configuration: narrow)
            let head = ClientRequest("GET", server.url("/head"))
            let headError = await #expect(throws: ClientError.self) { try await client.send(head) }
            #expect(headError?.isTooLarge == true)
            await client.close()
        }
    }

    @Test("A cancelled task gets its error at once, and the client goes on")
    func cancelled() async throws {
        let gate = Gate()
        try await TestServer.run { router in
            router.get("/slow") { _ in
                await gate.pass()
                return .noContent
            }
            router.get("/") { _ in .text("on") }
        } _: { server in
            let task = Task { try await server.get("/slow") }
            try await eventually("the request at the server") { await gate.arrivals == 1 }
            task.cancel()
            let error = await #expect(throws: ClientError.self) { try await task.value }
            #expect(error?.isCancelled == true)
            let text = try await server.get("/").text
            #expect(text == "on")
            await gate.open()
        }
    }

    @Test("Closing fails what is under way and what comes after")
    func closed() async throws {
        try await TestServer.runGated { server, gate in
            let client = Client(on: server.client.loop)
            let request = ClientRequest("GET", server.url("/"))
            let task = Task { try await client.send(request) }
            try await eventually("the request at the server") { await gate.arrivals == 1 }
            await client.close()
            let error = await #expect(throws: ClientError.self) { try await task.value }
            #expect(error?.isCancelled == true)
            let after = await #expect(throws: ClientError.self) { try await client.send(request) }
            #expect(after?.isCancelled == true)
            await gate.open()
        }
    }

    @Test("Nobody listening, no such host, an answer that breaks off: each says which")
    func failures() async throws {
        try await TestServer.run { router in
            router.post("/") { _ in .noContent }
        } _: { server in
            await server.listener.shutdown(within: .zero)
            let refused = await #expect(throws: ClientError.self) { try await server.get("/") }
            #expect(refused?.isNotConnected == true)
            let nowhere = ClientRequest("GET", "http://nowhere.invalid/")
            let unknown = await #expect(throws: ClientError.self) { try await server.client.send(nowhere) }
            #expect(unknown?.isNotConnected == true)
        }
        try await TestServer.run { router in
            router.get("/") { _ in .noContent }
        } _: { server in
            // A TLS greeting makes this server close without an answer.
            let tls = ClientRequest("GET", "https://127.0.0.1:\(server.port)/")
            let error = await #expect(throws: ClientError.self) { try await server.client.send(tls) }
            #expect(error?.isTLS == true)
        }
    }

    @Test("Above the bound of requests in flight there is an error, never a queue without end")
    func overloaded() async throws {
        try await TestServer.runGated { server, gate in
            var narrow = ClientConfiguration()
            narrow.requestsInFlightMax = 1
            let client = Client(on: server.client.loop, configuration: narrow)
            let request = ClientRequest("GET", server.url("/"))
            async let first = client.send(request)
            try await eventually("the first at the server") { await gate.arrivals == 1 }
            let error = await #expect(throws: ClientError.self) { try await client.send(request) }
            #expect(error?.isOverloaded == true)
            await gate.open()
            let status = try await first.status
            #expect(status == 200)
            await client.close()
        }
    }

    @Test(
        "A request that must not go out does not",
        arguments: [
            ClientRequest("GET", "ftp://127.0.0.1/"), ClientRequest("GET", "file:///etc/passwd"),
            ClientRequest("GET", "http://user:secret@127.0.0.1/"), ClientRequest("GET", "nonsense"),
            ClientRequest("GET", "http://127.0.0.1/a b"), ClientRequest("GET", ""),
            ClientRequest("GET\r\nX: y", "http://127.0.0.1/"), ClientRequest("get", "http://127.0.0.1/"),
            ClientRequest("GET", "http://127.0.0.1/", headers: ["X": "a\r\nB: c"]),
            ClientRequest("GET", "http://127.0.0.1/", headers: ["X\r\nB": "c"]),
            ClientRequest("GET", "http://127.0.0.1/", headers: ["": "c"]),
            ClientRequest("GET", "http://127.0.0.1/", headers: ["X: Y": "c"]),
        ])
    func invalid(request: ClientRequest) async throws {
        let loop = try EventLoop.spawn(name: "client")
        let client = Client(on: loop)
        let error = await #expect(throws: ClientError.self) { try await client.send(request) }
        #expect(error?.isInvalidRequest == true, "\(String(describing: error))")
        #expect(error?.description.contains("secret") == false)
        await client.close()
        loop.stop()
    }
}
