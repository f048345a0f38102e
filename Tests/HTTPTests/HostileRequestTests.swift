import Reactor
import Testing

@testable import HTTPServer

/// Raw requests that no honest client sends, and the answer or the close that each must get.
@Suite("Hostile requests")
struct HostileRequestTests {
    static let table =
        HostileFraming.lengths + HostileFraming.codings + HostileFraming.chunks
        + HostileHeads.hosts + HostileHeads.fields
        + HostileRequestLines.methods + HostileRequestLines.targets + HostileRequestLines.encodings
        + HostileRequestLines.versions

    @Test("Each gets its refusal and the close, and no handler begins", arguments: table)
    func refused(hostile: HostileRequest) async throws {
        let begun = Lock(0)
        let count: Handler = { _ in
            begun.withLock { $0 += 1 }
            return .text("begun")
        }
        try await TestServer.run { router in
            router.post("/take", count)
            router.get("/smuggled", count)
            router.get("/{rest...}", count)
        } _: { server in
            let answer = try await RawConversation.exchange(port: server.port, [hostile.raw])
            check(answer, of: hostile)
        }
        #expect(begun.withLock { $0 } == 0)
    }

    @Test("A head just within every limit is served")
    func largestHead() async throws {
        let limits = ListenerLimits()
        let target = "/" + String(repeating: "a", count: limits.targetBytesMax - 1)
        // Host and 99 others; the last takes what is left of the bytes.
        let few = (1..<limits.headersMax - 1).map { "x\($0): y" }
        let left = limits.headerBytesMax - few.reduce(0) { $0 + $1.utf8.count - 2 } - "Hosta".utf8.count - 1
        let headers = ["Host: a"] + few + ["x: " + String(repeating: "y", count: left)]
        try await TestServer.run(limits: limits) { router in
            router.get("/{rest...}") { request in .text("\(request.path.utf8.count) \(request.headers.count)") }
        } _: { server in
            let raw = "GET \(target) HTTP/1.0\r\n\(headers.joined(separator: "\r\n"))\r\n\r\n"
            let answer = try await RawConversation.exchange(port: server.port, [raw])
            #expect(answer.hasSuffix("\r\n\r\n\(limits.targetBytesMax) \(limits.headersMax)"))
        }
    }

    @Test(
        "Strange but sound neighbours of the refused are served",
        arguments: [
            "GET /a HTTP/1.1\r\nHost: [::1]:8081\r\n\r\n", "GET /a HTTP/1.1\r\nhOsT: a.example:65535\r\n\r\n",
            "GET http://b/a HTTP/1.1\r\nHost: b\r\n\r\n", "GET HTTPS://b:1/a HTTP/1.1\r\nHost: b:1\r\n\r\n",
            "GET /%61 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a?b=%2F%2e&c HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n05\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a\r\nX: películas\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n",
        ])
    func served(raw: String) async throws {
        let body: Handler = { request in .text("\(request.path) \(request.body.count);") }
        try await TestServer.run { router in
            router.get("/a", body)
            router.post("/a", body)
        } _: { server in
            let answer = try await RawConversation.exchange(port: server.port, [raw]) { $0.hasSuffix(";") }
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
            #expect(answer.hasSuffix(raw.hasPrefix("POST") ? "/a 5;" : " 0;"))
        }
    }

    @Test(
        "Behind a refused request nothing on the connection is read; before it all is answered",
        arguments: [
            ("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", [200, 501]),
            ("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", [200, 400]),
            (
                "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                [200, 400]
            ),
            (
                // What stands in a body of GET is its body, not a request.
                "GET /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 32\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n",
                "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", [200, 400]
            ),
            (
                "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 99\r\n\r\n",
                "GET /2 HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", [200, 400]
            ),
        ] as [(String, String, [Int])])
    func pairs(first: String, second: String, statuses: [Int]) async throws {
        let begun = Lock(0)
        let count: Handler = { _ in
            begun.withLock { $0 += 1 }
            return .text("begun")
        }
        try await TestServer.run { router in
            router.get("/{n}", count)
            router.post("/{n}", count)
        } _: { server in
            let third = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
            let answer = try await RawConversation.exchange(port: server.port, [first + second + third])
            let given = answer.components(separatedBy: "HTTP/1.1 ").dropFirst().map { Int($0.prefix(3)) }
            #expect(given == statuses)
        }
        #expect(begun.withLock { $0 } == 1)
    }

    private func check(_ answer: String, of hostile: HostileRequest) {
        let (head, body) = answer.splitAtBlankLine
        switch hostile.answer {
        case .close:
            // A strict library says why.
            if Daemon.libraryIsStrict, !answer.isEmpty { return checkLibrary(answer, 400) }
            #expect(answer.isEmpty)
        case .library(let status): checkLibrary(answer, status)
        case .libraryHeadTwice(let status): checkLibrary(answer, status, heads: Daemon.libraryIsStrict ? 1 : 2)
        case .problem(let status, let type):
            // A strict library refuses some of these itself, as 400 and in its own words.
            if Daemon.libraryIsStrict, !head.contains("problem+json") { return checkLibrary(answer, 400) }
            #expect(head.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(head.lowercased().contains("\r\nconnection: close"))
            #expect(head.contains("\r\nContent-Type: application/problem+json\r\n"))
            #expect(body.contains(#""status":\#(status)"#))
            #expect(body.contains(#""type":"\#(Problem.typePrefix)\#(type)""#))
        }
    }

    private func checkLibrary(_ answer: String, _ status: Int, heads: Int = 1) {
        // A strict library closes on some of these without a word.
        if Daemon.libraryIsStrict, answer.isEmpty { return }
        // Not counted: what its text says of HTTP/1.1.
        let all = answer.components(separatedBy: "HTTP/1.1 ").filter { Int($0.prefix(3)) != nil }
        #expect(all.count == heads)
        let same = all.allSatisfy { $0.hasPrefix("\(status) ") }
        #expect(same, "\(answer)")
    }
}

extension String {
    func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: separator) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        return parts + [rest]
    }

    var splitAtBlankLine: (head: String, body: String) {
        guard let blank = firstRange(of: "\r\n\r\n") else { return (self, "") }
        return (String(self[..<blank.lowerBound]) + "\r\n", String(self[blank.upperBound...]))
    }
}
