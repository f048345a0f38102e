/// What stands in the head besides the framing, and its size.
enum HostileHeads {
    private static func get(_ headers: String) -> String { "GET / HTTP/1.1\r\n\(headers)\r\n\r\n" }

    private static func host(_ value: String) -> String { get("Host: \(value)") }

    private static func with(_ header: String) -> String { get("Host: a\r\n\(header)") }

    static let hosts: [HostileRequest] = [
        HostileRequest("no host", get("X: y"), .malformed),
        HostileRequest("no host, but one in the target", "GET http://a/ HTTP/1.1\r\nX: y\r\n\r\n", .malformed),
        HostileRequest("two hosts", get("Host: a\r\nHost: b"), .malformed),
        HostileRequest("two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .malformed),
        HostileRequest("an empty host", get("Host:"), .malformed),
        HostileRequest("a list of hosts", host("a, b"), .malformed),
        HostileRequest("a host with a path", host("a/b"), .malformed),
        HostileRequest("a host with a query", host("a?b"), .malformed),
        HostileRequest("a host with a fragment", host("a#b"), .malformed),
        HostileRequest("a host with a backslash", host("a\\b"), .malformed),
        HostileRequest("a host with a user", host("user@a"), .malformed),
        HostileRequest("a host with a scheme", host("http://a"), .malformed),
        HostileRequest("a host with an escape", host("%00"), .malformed),
        HostileRequest("a host beyond ASCII", host("películas"), .malformed),
        HostileRequest("a host that is only a port", host(":80"), .malformed),
        HostileRequest("a port that is none", host("a:x"), .malformed),
        HostileRequest("a port above 65535", host("a:65536"), .malformed),
        HostileRequest("two ports", host("a:1:2"), .malformed),
        HostileRequest("an address without its bracket", host("[::1"), .malformed),
        HostileRequest("brackets around nothing", host("[]"), .malformed),
        HostileRequest("a longer host than DNS has", host(String(repeating: "a", count: 256)), .malformed),
        HostileRequest("a space before the host's colon", get("Host : a"), .malformed),
        HostileRequest("a folded host", host("a\r\n b"), .malformed),
    ]

    static let fields: [HostileRequest] = [
        HostileRequest("a header without a colon", with("nonsense"), .library(400)),
        // Only as the first: a later one ends the head for the library (0.9.75), and nobody behind it can tell.
        HostileRequest("a header without a name", get(": x\r\nHost: a"), .malformed),
        HostileRequest("a header name with a space", with("x y: z"), .malformed),
        HostileRequest("a header name with brackets", with("x(y): z"), .malformed),
        HostileRequest("a header name with a slash", with("x/y: z"), .malformed),
        HostileRequest("a header name in quotes", with("\"x\": z"), .malformed),
        HostileRequest("a header name with an at sign", with("x@: z"), .malformed),
        HostileRequest("a header name beyond ASCII", with("é: z"), .malformed),
        HostileRequest("a header name with a control character", with("x\u{1}: z"), .malformed),
        HostileRequest("a header name with a NUL", with("x\u{0}: z"), .library(400)),
        HostileRequest("a bare carriage return in a value", with("x: y\rz"), .malformed),
        HostileRequest("a control character in a value", with("x: y\u{1}z"), .malformed),
        HostileRequest("a delete in a value", with("x: y\u{7F}z"), .malformed),
        HostileRequest("a fold before the first header", get(" x: y\r\nHost: a"), .malformed),
        HostileRequest("an expectation nobody can meet", with("Expect: payment"), .noSuchExpectation),
        HostileRequest("an empty expectation", with("Expect:"), .noSuchExpectation),
        HostileRequest("a list of expectations", with("Expect: 100-continue, x"), .noSuchExpectation),
        HostileRequest("two expectations", with("Expect: 100-continue\r\nExpect: x"), .noSuchExpectation),
        HostileRequest(
            "more headers than are read", get("Host: a" + String(repeating: "\r\nx: y", count: 150)),
            .problem(431, "headers-too-large")),
        HostileRequest(
            "larger headers than are read", with("x: " + String(repeating: "y", count: 9_000)),
            .problem(431, "headers-too-large")),
        HostileRequest(
            "larger headers than the library's memory", with("x: " + String(repeating: "y", count: 200_000)),
            .library(431)),
    ]
}
