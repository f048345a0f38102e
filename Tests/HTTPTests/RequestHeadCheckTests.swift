import Testing

@testable import HTTPServer

@Suite("Request head check")
struct RequestHeadCheckTests {
    private func check(
        _ headers: KeyValuePairs<String, String>, method: String = "POST", version: String = "HTTP/1.1"
    ) throws -> RequestHeadCheck.Sound {
        try RequestHeadCheck.check(method: method, version: version, headers: RequestHeaders(headers))
    }

    @Test("A sound head tells how the body is framed")
    func sound() throws {
        #expect(try check(["Host": "a"]).body == .none)
        #expect(try check(["host": "a:80", "content-length": "0"]).body == .none)
        #expect(try check(["HOST": "[::1]", "Content-Length": "12"]).body == .length(12))
        #expect(try check(["Host": "a", "Transfer-Encoding": "Chunked"]).body == .chunked)
        #expect(try check(["Host": "a", "Expect": "100-Continue", "Content-Length": "1"]).expectsContinue)
        #expect(try check([:], method: "GET", version: "HTTP/1.0").method == .get)
        #expect(try check(["Host": "a", "X-Host": "b", "Content-Type": "c", "TE": "d"]).body == .none)
    }

    @Test(
        "A head that two servers could read differently is refused",
        arguments: [
            [:], ["Host": ""], ["Host": "a", "host": "a"], ["Host": "a/b"], ["Host": "a b"], ["Host": "a,b"],
            ["Host": "user@a"], ["Hostname": "a"], ["Host": "a", "Host-": "b"], ["Host ": "a"],
            ["Host": "a", "Content-Length": "1", "content-length": "1"], ["Host": "a", "Content-Length": ""],
            ["Host": "a", "Content-Length": "+1"], ["Host": "a", "Content-Length": "-1"],
            ["Host": "a", "Content-Length": "1, 1"], ["Host": "a", "Content-Length": "0x1"],
            ["Host": "a", "Content-Length": "9999999999999999999"], ["Host": "a", "Content-Lengthx": "1"],
            ["Host": "a", "Transfer-Encodings": "chunked"],
            ["Host": "a", "Transfer-Encoding": "chunked", "Content-Length": "1"],
            ["Host": "a", "Transfer-Encoding": "chunked", "transfer-encoding": "chunked"],
            ["Host": "a", "": "b"], ["Host": "a", "b c": "d"], ["Host": "a", "b\u{7F}": "d"], ["Host": "a", "é": "d"],
            ["Host": "a", "b(": "d"], ["Host": "a", "b": "c\u{0}d"], ["Host": "a", "b": "c\rd"],
            ["Host": "a", "b": "c\u{7F}"],
        ] as [KeyValuePairs<String, String>])
    func refuses(headers: KeyValuePairs<String, String>) {
        let problem = #expect(throws: Problem.self) { try check(headers) }
        #expect(problem?.status == 400)
    }

    @Test("What is sound but not served here is refused with its own status")
    func notServed() {
        for (headers, method, version, status) in [
            (["Host": "a", "Transfer-Encoding": "gzip, chunked"], "POST", "HTTP/1.1", 501),
            (["Host": "a", "Transfer-Encoding": "identity"], "POST", "HTTP/1.1", 501),
            (["Host": "a", "Expect": "payment"], "POST", "HTTP/1.1", 417),
            (["Host": "a"], "BREW", "HTTP/1.1", 501), (["Host": "a"], "get", "HTTP/1.1", 501),
            (["Host": "a"], "TRACE", "HTTP/1.1", 501), (["Host": "a"], "CONNECT", "HTTP/1.1", 501),
            (["Host": "a"], "G\u{0C}T", "HTTP/1.1", 400), (["Host": "a"], "", "HTTP/1.1", 400),
            (["Host": "a", "Transfer-Encoding": "chunked"], "POST", "HTTP/1.0", 400),
        ] as [(KeyValuePairs<String, String>, String, String, Int)] {
            let problem = #expect(throws: Problem.self) { try check(headers, method: method, version: version) }
            #expect(problem?.status == status)
        }
    }
}
