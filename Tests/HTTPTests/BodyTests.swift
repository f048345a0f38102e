import HTTPClient
import JSON
import Testing

@testable import HTTPServer

@Suite("Request bodies")
struct BodyTests {
    private static let limit = RouteOptions(bodyBytesMax: 1_000)

    private func run(_ body: (TestServer) async throws -> Void) async throws {
        var limits = ListenerLimits()
        limits.discardedBodyBytesMax = 100_000
        try await TestServer.run(limits: limits) { router in
            router.post("/echo", options: RouteOptions(bodyBytesMax: 200_000)) { request in
                .text(String(decoding: request.body, as: UTF8.self))
            }
            router.post("/small", options: Self.limit) { request in .text("\(request.body.count)") }
            router.post("/json", options: .json) { request in
                let model = try request.decoded(as: [String: Int].self)
                return try .json(encoding: model)
            }
        } _: { server in
            try await body(server)
        }
    }

    private func raw(_ path: String, _ headers: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(headers)\r\n\r\n"
    }

    @Test("A body is handed over whole, by length and in chunks")
    func whole() async throws {
        try await run { server in
            let long = String(repeating: "película ", count: 9_000)
            let echoed = try await server.send("POST", "/echo", body: long).text
            #expect(echoed == long)
            let chunked = try await RawConversation.exchange(
                port: server.port,
                [
                    raw("/echo", "Transfer-Encoding: chunked"), "3\r\nuno\r\n", "5\r\n y do\r\n",
                    "1\r\ns\r\n0\r\n\r\n",
                ])
            #expect(chunked.hasSuffix("\r\n\r\nuno y dos"))
        }
    }

    @Test("A body of exactly the limit passes, one byte more gets 413 on a connection that lives on")
    func limit() async throws {
        try await run { server in
            let exact = try await server.send("POST", "/small", body: String(repeating: "x", count: 1_000))
            #expect(exact.text == "1000")
            let larger = try await server.send("POST", "/small", body: String(repeating: "x", count: 1_001))
            #expect(larger.status == 413)
            #expect(larger.text.contains(#""bytesMax":1000"#))
            #expect(larger.headers["Connection"]?.lowercased() != "close")
        }
    }

    @Test("A body far too large is left unread: 413 and the connection closes")
    func farTooLarge() async throws {
        try await run { server in
            let answer = try await RawConversation.exchange(
                port: server.port, ["POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"])
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.lowercased().contains("\r\nconnection: close"))
        }
    }

    @Test("Chunks above the limit get 413, and the close if they go on and on")
    func chunkedTooLarge() async throws {
        try await run { server in
            let chunk = "400\r\n" + String(repeating: "x", count: 0x400) + "\r\n"
            let head = "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            let read = try await RawConversation.exchange(
                port: server.port, [head + "Connection: close\r\n\r\n", chunk, chunk, "0\r\n\r\n"])
            #expect(read.hasPrefix("HTTP/1.1 413 "))
            #expect(read.contains("application/problem+json"))
            // 99 chunks are 101,376 bytes: a little more than is thrown away.
            let unread = try await RawConversation.exchange(
                port: server.port, [head + "\r\n"] + Array(repeating: chunk, count: 99))
            #expect(unread.hasPrefix("HTTP/1.1 413 "))
            #expect(unread.contains("application/problem+json"))
        }
    }

    @Test("A client that asks before it sends is told to go on, or refused at once")
    func expectContinue() async throws {
        try await run { server in
            let expecting = "Expect: 100-continue\r\nContent-Length: "
            let willing = try await RawConversation.exchange(
                port: server.port, [raw("/small", expecting + "5"), "hello"])
            // Later versions of the library save the word when the body is there already.
            #expect(willing.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ") || Daemon.libraryIsStrict)
            #expect(willing.hasSuffix("\r\n\r\n5"))
            let refused = try await RawConversation.exchange(port: server.port, [raw("/small", expecting + "5000")])
            #expect(refused.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("Another media type or a coded body gets 415 with what is accepted")
    func mediaTypes() async throws {
        try await run { server in
            for type in [
                "application/json", "APPLICATION/JSON; charset=utf-8", "application/json;charset=\"UTF-8\"",
                "application/json ; x=y; Charset = UTF-8", "application/json;",
            ] {
                let good = try await server.send("POST", "/json", headers: ["Content-Type": type], body: #"{"a":1}"#)
                #expect(good.text == #"{"a":1}"#, "\(type)")
            }
            for headers in [
                [:], ["Content-Type": "text/plain"], ["Content-Type": "application/json; charset=iso-8859-1"],
                ["Content-Type": "application/json;x=y;CHARSET=\"utf-16\""], ["Content-Type": "application/jsonx"],
                ["Content-Type": "application/json, text/plain"], ["Content-Type": "application/json;charset"],
                ["Content-Type": "application/json", "Content-Encoding": "gzip"],
            ] as [KeyValuePairs<String, String>] {
                let refused = try await server.send("POST", "/json", headers: headers, body: #"{"a":1}"#)
                #expect(refused.status == 415)
                #expect(refused.headers["Accept"] == "application/json")
            }
        }
    }

    @Test("JSON that cannot be read names its place")
    func json() async throws {
        try await run { server in
            for (body, name, place) in [
                (#"{"a":1"#, "malformed-json", #""line":1,"column":7"#),
                (#"{"a":"x"}"#, "invalid-field", #""path":"a""#), ("", "malformed-json", #""line":1"#),
            ] {
                let refused = try await server.send(
                    "POST", "/json", headers: ["Content-Type": "application/json"], body: body)
                #expect(refused.status == 400)
                #expect(refused.text.contains("urn:filmclub:problem:\(name)"))
                #expect(refused.text.contains(place), "\(refused.text)")
            }
        }
    }
}
