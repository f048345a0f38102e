/// Methods, targets in all their forms and encodings, versions.
enum HostileRequestLines {
    private static func get(_ target: String, version: String = "HTTP/1.1") -> String {
        "GET \(target) \(version)\r\nHost: a\r\n\r\n"
    }

    private static func line(_ line: String) -> String { "\(line)\r\nHost: a\r\n\r\n" }

    static let methods: [HostileRequest] = [
        HostileRequest("an unknown method", line("BREW / HTTP/1.1"), .noSuchMethod),
        HostileRequest("a method in small letters", line("get / HTTP/1.1"), .noSuchMethod),
        HostileRequest("a method in two cases", line("Get / HTTP/1.1"), .noSuchMethod),
        HostileRequest("TRACE", line("TRACE / HTTP/1.1"), .noSuchMethod),
        HostileRequest("CONNECT", line("CONNECT a:80 HTTP/1.1"), .noSuchMethod),
        HostileRequest("a long method", line(String(repeating: "A", count: 3_000) + " / HTTP/1.1"), .noSuchMethod),
        HostileRequest("a method that is no token", line("G(T / HTTP/1.1"), .malformed),
        HostileRequest("a tab behind the method", line("GET\t/ HTTP/1.1"), .library(400)),
        HostileRequest("a space before the method", line(" GET / HTTP/1.1"), .close),
        HostileRequest("a proxy's greeting", line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2"), .library(400)),
        HostileRequest("HTTP/2's greeting", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .library(505)),
        HostileRequest("a TLS greeting", "\u{16}\u{03}\u{01}\u{02}\r\n\r\n", .close),
    ]

    static let targets: [HostileRequest] = [
        HostileRequest("a target with a space", get("/a b"), .malformed),
        HostileRequest("a target with a tab", get("/a\tb"), .malformed),
        HostileRequest("a target with a fragment", get("/a#b"), .malformed),
        HostileRequest("a target beyond ASCII", get("/almodóvar"), .malformed),
        HostileRequest("a target with a backslash", get("/a\\b"), .malformed),
        HostileRequest("a target with a delete", get("/a\u{7F}"), .malformed),
        HostileRequest("a target with angle brackets", get("/<script>"), .malformed),
        HostileRequest("a target with braces", get("/{id}"), .malformed),
        HostileRequest("a target that is no path", get("films"), .malformed),
        HostileRequest("a target of dots", get("../films"), .malformed),
        HostileRequest("a host and a port as the target of GET", get("a:80"), .malformed),
        HostileRequest("the star as the target of GET", get("*"), .malformed),
        HostileRequest("a target of another scheme", get("ftp://a/b"), .malformed),
        HostileRequest("a file as the target", get("file:///etc/passwd"), .malformed),
        HostileRequest("an absolute target without a host", get("http:///b"), .malformed),
        HostileRequest("an absolute target with a user", get("http://u@a/b"), .malformed),
        HostileRequest("an absolute target with an open bracket", get("http://[::1/b"), .malformed),
        HostileRequest("an absolute target with dot segments", get("http://a/../b"), .malformed),
        HostileRequest("dot segments", get("/a/../b"), .malformed),
        HostileRequest("a dot segment at the end", get("/a/.."), .malformed),
        HostileRequest("a single dot", get("/./a"), .malformed),
        HostileRequest("an empty segment", get("//a"), .malformed),
        HostileRequest("an empty segment at the end", get("/a/"), .malformed),
        HostileRequest("more segments than are read", get(String(repeating: "/a", count: 33)), .malformed),
        HostileRequest("a longer target than is read", get("/" + String(repeating: "a", count: 9_000)), .tooLong),
        HostileRequest("a longer query than is read", get("/a?" + String(repeating: "a", count: 9_000)), .tooLong),
        HostileRequest(
            "a longer target than the library's memory", get("/" + String(repeating: "a", count: 200_000)),
            .library(414)),
    ]

    static let encodings: [HostileRequest] = [
        HostileRequest("encoded dot segments", get("/a/%2e%2E/b"), .malformed),
        HostileRequest("half-encoded dot segments", get("/a/.%2e/b"), .malformed),
        HostileRequest("an encoded slash", get("/a%2Fb"), .malformed),
        HostileRequest("an encoded backslash", get("/a%5c..%5cb"), .malformed),
        HostileRequest("an encoded NUL", get("/a%00"), .malformed),
        HostileRequest("an encoded line break", get("/a%0d%0aX:y"), .malformed),
        HostileRequest("an encoded delete", get("/a%7f"), .malformed),
        HostileRequest("an overlong dot", get("/%c0%ae%c0%ae/b"), .malformed),
        HostileRequest("an overlong slash", get("/a%e0%80%afb"), .malformed),
        HostileRequest("a lone surrogate", get("/%ed%a0%80"), .malformed),
        HostileRequest("a character beyond Unicode", get("/%f4%90%80%80"), .malformed),
        HostileRequest("a byte that begins nothing", get("/%ff"), .malformed),
        HostileRequest("an escape without digits", get("/a%zz"), .malformed),
        HostileRequest("an escape cut short", get("/a%2"), .malformed),
        HostileRequest("an escape of another kind", get("/%u0041"), .malformed),
        HostileRequest("an encoded line break in the query", get("/a?b=%0d%0a"), .malformed),
        HostileRequest("an encoded NUL in the query", get("/a?b=%00"), .malformed),
        HostileRequest("a query that is not UTF-8", get("/a?b=%ff"), .malformed),
        HostileRequest("a query with a space", get("/a?b c"), .malformed),
        HostileRequest("a query with a fragment", get("/a?b#c"), .malformed),
        HostileRequest("more parameters than are read", get("/a?" + String(repeating: "b&", count: 66)), .malformed),
        HostileRequest(
            "more parameters than the library has memory for", get("/a?" + String(repeating: "b&", count: 2_000)),
            .malformed),
    ]

    static let versions: [HostileRequest] = [
        HostileRequest("HTTP/2.0", get("/", version: "HTTP/2.0"), .library(505)),
        HostileRequest("HTTP/3.0", get("/", version: "HTTP/3.0"), .library(505)),
        HostileRequest("HTTP/0.9", get("/", version: "HTTP/0.9"), .library(505)),
        HostileRequest("HTTP/0.9 as it was", "GET /\r\n", .library(400)),
        HostileRequest("a version of two digits", get("/", version: "HTTP/1.10"), .library(400)),
        HostileRequest("a version with a letter", get("/", version: "HTTP/1.1x"), .library(400)),
        HostileRequest("a version in small letters", get("/", version: "http/1.1"), .library(400)),
        HostileRequest("a version without a dot", get("/", version: "HTTP/11"), .library(400)),
        HostileRequest("a version of another protocol", get("/", version: "ICY/1.1"), .library(400)),
        HostileRequest("a space behind the version", get("/", version: "HTTP/1.1 "), .library(400)),
        HostileRequest("no version", "GET /\r\n\r\n", .library(400)),
    ]
}

extension HostileRequest.Answer {
    static let tooLong = Self.problem(414, "target-too-long")
}
