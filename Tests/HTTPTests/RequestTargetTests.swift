import Testing

@testable import HTTPServer

@Suite("Request target")
struct RequestTargetTests {
    @Test(
        "A path is decoded once, segment by segment",
        arguments: [
            ("/", []), ("/v1/films", ["v1", "films"]), ("/a%20b", ["a b"]), ("/almod%C3%B3var", ["almodóvar"]),
            ("/%2541", ["%41"]), ("/a+b", ["a+b"]), ("/...", ["..."]), ("/a;b=1,2", ["a;b=1,2"]),
            ("http://a.example/v1", ["v1"]), ("HTTPS://a:8080/v1?q", ["v1"]), ("http://a", []), ("*", ["*"]),
        ] as [(String, [String])])
    func decodes(raw: String, segments: [String]) throws {
        #expect(try RequestTarget(raw).segments == segments)
    }

    @Test(
        "What could be read as another path is refused",
        arguments: [
            "", "v1", "//", "/a//b", "/a/", "/.", "/..", "/a/../b", "/%2e%2e/b", "/%2E/b", "/a%2Fb", "/a%2fb", "/a%00",
            "/a%0a", "/a%7f", "/a%", "/a%2", "/a%zz", "/a%ff", "/a%c0%af", "/a b", "/a\"b", "/a\\b", "/a#b", "/á",
            "/a?b c", "/a?b#c", "/a?%", "ftp://a/b", "http:///b", "http://a@b/", "http://",
            "/" + Array(repeating: "a", count: 33).joined(separator: "/"),
        ])
    func refuses(raw: String) {
        #expect(throws: (any Error).self) {
            let target = try RequestTarget(raw)
            _ = try Query(target.query ?? "")
        }
    }

    @Test("A query is read as a form")
    func query() throws {
        let query = try Query("q=pedro+almod%C3%B3var&limit=20&q=&flag&&x=a=b")
        #expect(query.all("q") == ["pedro almodóvar", ""])
        #expect(query.first("limit") == "20")
        #expect(query.first("flag") == "")
        #expect(query.first("x") == "a=b")
        #expect(query.first("Q") == nil)
    }

    @Test("A query with too many parameters, a control character or no UTF-8 is refused")
    func queryLimits() {
        let many = Array(repeating: "a", count: Query.parametersMax + 1).joined(separator: "&")
        for raw in [many, "q=%00", "q=%0d%0a", "q=%ff", "%00=q"] {
            #expect(throws: RequestTarget.Malformed.self) { try Query(raw) }
        }
    }
}
