import Testing

@testable import HTTPServer

/// One row of the table: what is sent, byte for byte, and what must come back.
struct HostileRequest: Sendable, CustomTestStringConvertible {
    enum Answer: Sendable {
        /// Problem details with this status and the end of this type; then the close.
        case problem(Int, String)
        /// This status in the library's own words, and the close: it refuses before it asks us.
        case library(Int)
        /// As above, but version 0.9.75 sends the head twice before the one body. Nothing of ours runs between its
        /// look at `Content-Length` and its answer, so this cannot be mended from here.
        case libraryHeadTwice(Int)
        /// No answer, only the close.
        case close

        static let malformed = Answer.problem(400, "malformed-request")
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

/// How the body is framed: where two servers in a row could see two different requests (RFC 9112 §11.2).
enum HostileFraming {
    /// A head, and behind it what would be a second request if the first were framed as an attacker wishes.
    private static func post(_ headers: String, _ body: String = "hello") -> String {
        "POST /take HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\r\n\(body)GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

    private static let last = "0\r\n\r\n"

    static let lengths: [HostileRequest] = [
        HostileRequest("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5"), .malformed),
        HostileRequest("two different lengths", post("Content-Length: 5\r\nContent-Length: 0"), .malformed),
        HostileRequest("two lengths in two cases", post("content-length: 5\r\nCONTENT-LENGTH: 5"), .malformed),
        HostileRequest("a list of lengths", post("Content-Length: 5, 5"), .libraryHeadTwice(400)),
        HostileRequest("an empty length", post("Content-Length:"), .libraryHeadTwice(400)),
        HostileRequest("a signed length", post("Content-Length: +5"), .libraryHeadTwice(400)),
        HostileRequest("a negative length", post("Content-Length: -5"), .libraryHeadTwice(400)),
        HostileRequest("a hexadecimal length", post("Content-Length: 0x5"), .libraryHeadTwice(400)),
        HostileRequest("a length with a fraction", post("Content-Length: 5.0"), .libraryHeadTwice(400)),
        HostileRequest("a length with an exponent", post("Content-Length: 5e0"), .libraryHeadTwice(400)),
        HostileRequest("a length of two words", post("Content-Length: 5 0"), .libraryHeadTwice(400)),
        HostileRequest("a length with a parameter", post("Content-Length: 5;x"), .libraryHeadTwice(400)),
        HostileRequest("a length behind a vertical tab", post("Content-Length: \u{0B}5"), .libraryHeadTwice(400)),
        HostileRequest("a length above Int64", post("Content-Length: 9999999999999999999"), .malformed),
        HostileRequest(
            "a length above UInt64", post("Content-Length: 99999999999999999999"), .libraryHeadTwice(413)),
        HostileRequest("a space before the length's colon", post("Content-Length : 5"), .malformed),
        HostileRequest("a length's colon on the next line", post("Content-Length\r\n : 5"), .library(400)),
        HostileRequest("a folded length", post("Content-Length: 5\r\n x"), .malformed),
    ]

    static let codings: [HostileRequest] = [
        HostileRequest("both framings", post("Content-Length: 5\r\nTransfer-Encoding: chunked", last), .malformed),
        HostileRequest(
            "both framings, the other way round", post("Transfer-Encoding: chunked\r\nContent-Length: 5", last),
            .malformed),
        HostileRequest("a folded coding", post("Transfer-Encoding: chunked\r\n\tx", last), .malformed),
        HostileRequest(
            "two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", last), .malformed),
        HostileRequest("an empty coding", post("Transfer-Encoding:", last), .noSuchCoding),
        HostileRequest("chunked twice", post("Transfer-Encoding: chunked, chunked", last), .noSuchCoding),
        HostileRequest("chunked, then identity", post("Transfer-Encoding: chunked, identity", last), .noSuchCoding),
        HostileRequest("identity", post("Transfer-Encoding: identity"), .noSuchCoding),
        HostileRequest("gzip before chunked", post("Transfer-Encoding: gzip, chunked", last), .noSuchCoding),
        HostileRequest("chunked in disguise", post("Transfer-Encoding: xchunked", last), .noSuchCoding),
        HostileRequest("chunked in quotes", post("Transfer-Encoding: \"chunked\"", last), .noSuchCoding),
        HostileRequest("chunked with a parameter", post("Transfer-Encoding: chunked;q=1", last), .noSuchCoding),
        HostileRequest("chunked behind a vertical tab", post("Transfer-Encoding: \u{0B}chunked", last), .malformed),
        HostileRequest("a space before the coding's colon", post("Transfer-Encoding : chunked", last), .malformed),
        HostileRequest("a coding behind a space", post(" Transfer-Encoding: chunked\r\nContent-Length: 5"), .malformed),
        HostileRequest(
            "a coding behind a bare carriage return", post("X: y\rTransfer-Encoding: chunked\r\nContent-Length: 5"),
            .malformed),
        HostileRequest(
            "chunked in HTTP/1.0", "POST /take HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .malformed),
    ]

    static let chunks: [HostileRequest] = [
        HostileRequest("a chunk's size that is none", chunked("zz\r\n"), .library(400)),
        HostileRequest("an empty chunk's size", chunked("\r\nhello\r\n\(last)"), .library(400)),
        HostileRequest("a negative chunk's size", chunked("-1\r\n\r\n"), .library(400)),
        HostileRequest("a signed chunk's size", chunked("+5\r\nhello\r\n\(last)"), .library(400)),
        HostileRequest("a chunk's size with its base", chunked("0x5\r\nhello\r\n\(last)"), .library(400)),
        HostileRequest("a space before a chunk's size", chunked(" 5\r\nhello\r\n\(last)"), .library(400)),
        HostileRequest("a space after a chunk's size", chunked("5 \r\nhello\r\n\(last)"), .library(400)),
        HostileRequest("a chunk longer than its size", chunked("1\r\nabc\r\n"), .library(400)),
        HostileRequest("a chunk without its line's end", chunked("5\r\nhelloX\(last)"), .library(400)),
        HostileRequest("a chunk's size above UInt64", chunked("ffffffffffffffff0\r\n"), .library(413)),
        HostileRequest("an extension with a bare line feed", chunked("5;\nx\r\nhello\r\n\(last)"), .library(400)),
        HostileRequest("a trailer without a colon", chunked("5\r\nhello\r\n0\r\nnonsense\r\n\r\n"), .library(400)),
        HostileRequest(
            "a trailer larger than the library's memory",
            chunked("5\r\nhello\r\n0\r\nX: \(String(repeating: "y", count: 100_000))\r\n\r\n"), .library(431)),
        // Nothing of 8 EiB is waited for: the bound is on what has come.
        HostileRequest(
            "a chunk of more than is read", chunked("7fffffffffffffff\r\n" + String(repeating: "x", count: 2_000_000)),
            .problem(413, "body-too-large")),
        HostileRequest(
            "a length of more than is read", post("Content-Length: 7777777777"), .problem(413, "body-too-large")),
    ]
}

extension HostileRequest.Answer {
    static let noSuchCoding = Self.problem(501, "transfer-encoding-not-supported")
    static let noSuchMethod = Self.problem(501, "method-not-implemented")
    static let noSuchExpectation = Self.problem(417, "expectation-failed")
}
