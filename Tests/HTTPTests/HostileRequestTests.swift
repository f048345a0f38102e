import Reactor
import Testing

@testable import HTTPServer

/// Raw requests that no honest client sends, and the answer or the close that each must get.
@Suite("Hostile requests")
struct HostileRequestTests {
    struct Hostile: Sendable, CustomTestStringConvertible {
        enum Answer: Sendable {
            /// Problem details with this status.
            case problem(Int)
            /// This status in the library's own words: it refuses before it asks us.
            case library(Int)
            /// No answer, only the close.
            case close
        }

        let name: String
        let raw: String
        let answer: Answer

        init(_ name: String, _ raw: String, _ answer: Answer) {
            self.name = name
            self.raw = raw
            self.answer = answer
        }

        var testDescription: String { name }
    }

    /// A head, and behind it what would be a second request if the first were framed as an attacker wishes.
    private static func post(_ headers: String, _ body: String = "hello") -> String {
        "POST /take HTTP/1.1\r\n\(headers)\r\n\r\n\(body)" + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private static func get(_ target: String, headers: String = "Host: a", version: String = "HTTP/1.1") -> String {
        "GET \(target) \(version)\r\n\(headers)\r\n\r\n"
    }

    static let framing: [Hostile] = [
        Hostile(
            "both framings", post("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            .problem(400)),
        Hostile(
            "both framings, the other way round",
            post("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), .problem(400)),
        Hostile("two equal lengths", post("Host: a\r\nContent-Length: 5\r\nContent-Length: 5"), .problem(400)),
        Hostile("two different lengths", post("Host: a\r\nContent-Length: 5\r\nContent-Length: 0"), .problem(400)),
        Hostile("a list of lengths", post("Host: a\r\nContent-Length: 5, 5"), .library(400)),
        Hostile("a signed length", post("Host: a\r\nContent-Length: +5"), .library(400)),
        Hostile("a negative length", post("Host: a\r\nContent-Length: -5"), .library(400)),
        Hostile("a hexadecimal length", post("Host: a\r\nContent-Length: 0x5"), .library(400)),
        Hostile("a length above Int64", post("Host: a\r\nContent-Length: 9999999999999999999"), .problem(400)),
        Hostile("a length above UInt64", post("Host: a\r\nContent-Length: 99999999999999999999"), .library(413)),
        Hostile("a space before the length's colon", post("Host: a\r\nContent-Length : 5"), .problem(400)),
        Hostile("a folded length", post("Host: a\r\nContent-Length: 5\r\n x"), .problem(400)),
        Hostile("a folded coding", post("Host: a\r\nTransfer-Encoding: chunked\r\n\tx", "0\r\n\r\n"), .problem(400)),
        Hostile(
            "two codings", post("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            .problem(400)),
        Hostile("gzip before chunked", post("Host: a\r\nTransfer-Encoding: gzip, chunked", "0\r\n\r\n"), .problem(501)),
        Hostile("chunked in disguise", post("Host: a\r\nTransfer-Encoding: xchunked", "0\r\n\r\n"), .problem(501)),
        Hostile(
            "chunked in HTTP/1.0", "POST /take HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .problem(400)),
        Hostile("a chunk's size that is none", post("Host: a\r\nTransfer-Encoding: chunked", "zz\r\n"), .library(400)),
        Hostile(
            "a chunk longer than its size", post("Host: a\r\nTransfer-Encoding: chunked", "1\r\nabc\r\n"),
            .library(400)),
        Hostile(
            "a chunk's size above UInt64", post("Host: a\r\nTransfer-Encoding: chunked", "ffffffffffffffffff\r\n"),
            .library(413)),
    ]

    static let headers: [Hostile] = [
        Hostile("no host", get("/", headers: "X: y"), .problem(400)),
        Hostile("two hosts", get("/", headers: "Host: a\r\nHost: b"), .problem(400)),
        Hostile("an empty host", get("/", headers: "Host:"), .problem(400)),
        Hostile("a host with a path", get("/", headers: "Host: a/b"), .problem(400)),
        Hostile("a host with a user", get("/", headers: "Host: user@a"), .problem(400)),
        Hostile("a space before the host's colon", get("/", headers: "Host : a"), .problem(400)),
        Hostile("a header without a colon", get("/", headers: "Host: a\r\nnonsense"), .library(400)),
        // Only as the first: a later one ends the head for the library (0.9.75), and nobody behind it can tell.
        Hostile("a header without a name", get("/", headers: ": x\r\nHost: a"), .problem(400)),
        Hostile("a header name with brackets", get("/", headers: "Host: a\r\nx(y): z"), .problem(400)),
        Hostile("a bare carriage return in a value", get("/", headers: "Host: a\r\nx: y\rz"), .problem(400)),
        Hostile("an expectation nobody can meet", get("/", headers: "Host: a\r\nExpect: payment"), .problem(417)),
        Hostile(
            "more headers than are read", get("/", headers: "Host: a" + String(repeating: "\r\nx: y", count: 200)),
            .problem(431)),
        Hostile(
            "larger headers than are read",
            get("/", headers: "Host: a\r\nx: " + String(repeating: "y", count: 20_000)), .problem(431)),
        Hostile(
            "larger headers than the library's memory",
            get("/", headers: "Host: a\r\nx: " + String(repeating: "y", count: 200_000)), .library(431)),
    ]

    static let requestLines: [Hostile] = [
        Hostile("an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", .problem(501)),
        Hostile("a method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", .problem(501)),
        Hostile("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", .problem(501)),
        Hostile("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .problem(501)),
        Hostile("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .problem(400)),
        Hostile("a target with a space", get("/a b"), .problem(400)),
        Hostile("a target with a fragment", get("/a#b"), .problem(400)),
        Hostile("a target beyond ASCII", get("/almodóvar"), .problem(400)),
        Hostile("a target with a backslash", get("/a\\b"), .problem(400)),
        Hostile("a target that is no path", get("films"), .problem(400)),
        Hostile("a target of another scheme", get("ftp://a/b"), .problem(400)),
        Hostile("dot segments", get("/a/../b"), .problem(400)),
        Hostile("encoded dot segments", get("/a/%2e%2E/b"), .problem(400)),
        Hostile("an encoded slash", get("/a%2Fb"), .problem(400)),
        Hostile("an encoded NUL", get("/a%00"), .problem(400)),
        Hostile("an encoded line break in the query", get("/a?b=%0d%0a"), .problem(400)),
        Hostile("overlong UTF-8", get("/%c0%ae%c0%ae/b"), .problem(400)),
        Hostile("a broken escape", get("/a%zz"), .problem(400)),
        Hostile("an empty segment", get("//a"), .problem(400)),
        Hostile("a longer target than is read", get("/" + String(repeating: "a", count: 9_000)), .problem(414)),
        Hostile(
            "a longer target than the library's memory", get("/" + String(repeating: "a", count: 200_000)),
            .library(414)),
        Hostile("HTTP/2.0", get("/", version: "HTTP/2.0"), .library(505)),
        Hostile("HTTP/0.9", get("/", version: "HTTP/0.9"), .library(505)),
        Hostile("a version that is none", get("/", version: "HTTP/1.1x"), .library(400)),
        Hostile("no version", "GET /\r\n\r\n", .library(400)),
        Hostile("a TLS greeting", "\u{16}\u{03}\u{01}\u{02}\r\n\r\n", .close),
    ]

    @Test("Each gets its refusal and the close, and no handler begins", arguments: framing + headers + requestLines)
    func refused(hostile: Hostile) async throws {
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
            let raw = Self.get(target, headers: headers.joined(separator: "\r\n"), version: "HTTP/1.0")
            let answer = try await RawConversation.exchange(port: server.port, [raw])
            #expect(answer.hasSuffix("\r\n\r\n\(limits.targetBytesMax) \(limits.headersMax)"))
        }
    }

    private func check(_ answer: String, of hostile: Hostile) {
        let (head, body) = answer.splitAtBlankLine
        switch hostile.answer {
        case .close: #expect(answer.isEmpty)
        case .library(let status): checkLibrary(answer, status)
        case .problem(let status):
            // A strict library refuses some of these itself, as 400 and in its own words.
            if Daemon.libraryIsStrict, !head.contains("problem+json") { return checkLibrary(answer, 400) }
            #expect(head.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(head.lowercased().contains("\r\nconnection: close"))
            #expect(head.contains("\r\nContent-Type: application/problem+json\r\n"))
            #expect(body.contains(#""status":\#(status)"#))
        }
    }

    private func checkLibrary(_ answer: String, _ status: Int) {
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        // The library writes the head of some of its refusals twice, and closes: never two answers.
        let ofThisStatus = answer.components(separatedBy: "\r\nHTTP/1.1 \(status) ").count
        #expect(ofThisStatus == answer.components(separatedBy: "\r\nHTTP/1.1 ").count)
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
