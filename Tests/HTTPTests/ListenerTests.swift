import HTTPClient
import HTTPServer
import Reactor
import TestSupport
import Testing

@Suite("Listener")
struct ListenerTests {
    @Test("A handler's answer arrives as it was given")
    func answers() async throws {
        try await TestServer.run { router in
            router.get("/v1/films/{id}") { request in
                .json(Array(#"{"id":"\#(request.pathParameters["id"] ?? "")"}"#.utf8), headers: ["X-Film": "yes"])
            }
        } _: { server in
            let response = try await server.get("/v1/films/la%20flor?q=1")
            #expect(response.status == 200)
            #expect(response.text == #"{"id":"la flor"}"#)
            #expect(response.headers["content-type"] == "application/json")
            #expect(response.headers["x-film"] == "yes")
        }
    }

    @Test("A handler that need not wait runs within the library's callback, without a hop")
    func immediate() async throws {
        let order = Lock<[String]>([])
        let note: @Sendable (String) -> Void = { text in order.withLock { $0.append(text) } }
        let loops = Lock<EventLoop?>(nil)
        try await TestServer.run { router in
            router.get("/") { _ in
                let loop = loops.withLock { $0 }
                // What is queued on the loop here has its turn only when the callback has returned.
                loop?.execute { note("queued") }
                note("handler on its loop: \(loop?.isCurrent ?? false)")
                return .noContent
            }
        } _: { server in
            loops.withLock { $0 = server.loop }
            _ = try await server.get("/")
            try await eventually("the queued work") { order.withLock { $0.count } == 2 }
            let first = server.observed.records.count
            #expect(first == 1)
        }
        #expect(order.withLock { $0 } == ["handler on its loop: true", "queued"])
    }

    @Test("Handlers that wait are answered when they are done, and the others meanwhile")
    func waits() async throws {
        let gate = Gate()
        try await TestServer.run { router in
            router.get("/slow") { _ in
                await gate.pass()
                return .text("done")
            }
            router.get("/quick") { _ in .text("at once") }
        } _: { server in
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await server.get("/slow").text } }
                try await eventually("all of them in the handler") { await gate.arrivals == 20 }
                let text = try await server.get("/quick").text
                #expect(text == "at once")
                await gate.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == Array(repeating: "done", count: 20))
        }
    }

    @Test("Requests sent at once on one connection are answered in their order")
    func pipelining() async throws {
        try await TestServer.run { router in
            router.get("/{n}") { request in
                let number = request.pathParameters["n"] ?? ""
                // Every other one waits.
                if number.hasSuffix("1") { await Task.yield() }
                return .text("answer \(number);")
            }
        } _: { server in
            let numbers = 10..<22
            let requests = numbers.map { number in
                let last = number == numbers.last ? "Connection: close\r\n" : ""
                return "GET /\(number) HTTP/1.1\r\nHost: a\r\n\(last)\r\n"
            }
            let answers = try await RawConversation.exchange(port: server.port, [requests.joined()])
            let bodies = answers.components(separatedBy: "answer ").dropFirst().map { $0.prefix(2) }
            #expect(bodies == numbers.map { "\($0)" })
        }
    }

    @Test("HEAD announces the length and sends no body; HTTP/1.0 is answered and closed")
    func headAndOld() async throws {
        try await TestServer.run { router in
            router.get("/") { _ in .text("twelve bytes") }
        } _: { server in
            let head = try await server.send("HEAD", "/")
            #expect(head.headers["Content-Length"] == "12")
            #expect(head.body.isEmpty)
            let old = try await RawConversation.exchange(port: server.port, ["GET / HTTP/1.0\r\n\r\n"])
            #expect(old.hasSuffix("\r\n\r\ntwelve bytes"))
        }
    }

    @Test("Every error is a problem: 404, 405, a handler's, ours")
    func problems() async throws {
        struct Secret: Error {}
        try await TestServer.run { router in
            router.get("/secret") { _ in throw Secret() }
            router.get("/conflict") { _ in throw Problem(status: 409, "cart-closed", title: "Cart closed") }
            router.get("/broken") { _ in Response(headers: ["X": "a\r\nb"]) }
            router.get("/absurd") { _ in Response(status: -1) }
        } _: { server in
            for (method, path, status, name) in [
                ("GET", "/nowhere", 404, "not-found"), ("DELETE", "/secret", 405, "method-not-allowed"),
                ("GET", "/conflict", 409, "cart-closed"), ("GET", "/secret", 500, "internal"),
                ("GET", "/broken", 500, "internal"), ("GET", "/absurd", 500, "internal"),
            ] {
                let response = try await server.send(method, path)
                #expect(response.status == status)
                #expect(response.headers["Content-Type"] == "application/problem+json")
                #expect(response.text.contains(#""type":"urn:filmclub:problem:\#(name)""#))
                #expect(!response.text.contains("Secret"))
            }
            #expect(server.observed.errors == ["Secret()"])
        }
    }

    @Test("The access hook hears of every request, with the pattern in the place of the path")
    func accessRecords() async throws {
        try await TestServer.run { router in
            router.get("/play/{token}") { _ in .text("film") }
        } _: { server in
            _ = try await server.get("/play/secret-token")
            _ = try await server.get("/nowhere")
            _ = try await RawConversation.exchange(port: server.port, ["BREW / HTTP/1.1\r\nHost: a\r\n\r\n"])
            try await eventually("three records") { server.observed.records.count == 3 }
            let records = server.observed.records
            #expect(records.map(\.method) == ["GET", "GET", "BREW"])
            #expect(records.map(\.route) == ["/play/{token}", nil, nil])
            #expect(records.map(\.status) == [200, 404, 501])
            #expect(records[0].bytes == 4)
            #expect(records.allSatisfy { $0.isComplete && $0.remoteAddress == "127.0.0.1" })
        }
    }
}
