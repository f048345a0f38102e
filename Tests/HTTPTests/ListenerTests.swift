import HTTPClient
import HTTPServer
import Reactor
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

    @Test("A body is handed over whole, by length and in chunks")
    func bodies() async throws {
        try await TestServer.run { router in
            router.post("/echo") { request in .text(String(decoding: request.body, as: UTF8.self)) }
        } _: { server in
            let long = String(repeating: "película ", count: 9_000)
            #expect(try await server.send("POST", "/echo", body: long).text == long)
            let chunked = try await RawConversation.exchange(
                port: server.port,
                [
                    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
                    "3\r\nuno\r\n", "5;x=y\r\n y do\r\n", "1\r\ns\r\n0\r\n\r\n",
                ])
            #expect(chunked.hasSuffix("\r\n\r\nuno y dos"))
        }
    }

    @Test("A handler that need not wait runs within the library's callback, on the loop's thread")
    func immediate() async throws {
        let loops = Lock<EventLoop?>(nil)
        try await TestServer.run { router in
            router.get("/") { _ in .text("\(loops.withLock { $0?.isCurrent ?? false })") }
        } _: { server in
            loops.withLock { $0 = server.loop }
            let text = try await server.get("/").text
            #expect(text == "true")
        }
    }

    @Test("A handler that waits is answered when it is done")
    func waits() async throws {
        try await TestServer.run { router in
            router.get("/slow") { request in
                try await Task.sleep(for: .milliseconds(20))
                return .text("done")
            }
        } _: { server in
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await server.get("/slow").text } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == Array(repeating: "done", count: 20))
        }
    }
}
