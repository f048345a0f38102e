import Testing

@testable import HTTPServer

/// Conditional requests in the order of precedence of RFC 9110 §13.2.2.
@Suite("Preconditions")
struct PreconditionTests {
    private static let early = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let late = "Sun, 06 Nov 1994 08:49:38 GMT"
    private static let current = Validators(entityTag: "\"a\"", lastModifiedSeconds: 784_111_777)

    struct Row: Sendable, CustomTestStringConvertible {
        let headers: KeyValuePairs<String, String>
        let read: Preconditions.Outcome
        let write: Preconditions.Outcome
        var testDescription: String { headers.map { "\($0): \($1)" }.joined(separator: ", ") }

        init(
            _ headers: KeyValuePairs<String, String>, _ read: Preconditions.Outcome, _ write: Preconditions.Outcome
        ) {
            self.headers = headers
            self.read = read
            self.write = write
        }
    }

    static let rows: [Row] = [
        Row([:], .proceed, .proceed),
        Row(["If-Match": "\"a\""], .proceed, .proceed),
        Row(["If-Match": "\"b\", \"a\""], .proceed, .proceed),
        Row(["If-Match": "*"], .proceed, .proceed),
        Row(["If-Match": "\"b\""], .failed, .failed),
        Row(["If-Match": "W/\"a\""], .failed, .failed),
        Row(["If-Match": "a"], .failed, .failed),
        Row(["If-Match": ""], .failed, .failed),
        Row(["If-None-Match": "\"a\""], .notModified, .failed),
        Row(["If-None-Match": "W/\"a\""], .notModified, .failed),
        Row(["If-None-Match": "*"], .notModified, .failed),
        Row(["If-None-Match": "\"b\", \"a\""], .notModified, .failed),
        Row(["If-None-Match": "\"b\""], .proceed, .proceed),
        Row(["If-None-Match": "nonsense"], .proceed, .proceed),
        Row(["If-Unmodified-Since": same], .proceed, .proceed),
        Row(["If-Unmodified-Since": late], .proceed, .proceed),
        Row(["If-Unmodified-Since": early], .failed, .failed),
        Row(["If-Unmodified-Since": "yesterday"], .proceed, .proceed),
        Row(["If-Modified-Since": same], .notModified, .proceed),
        Row(["If-Modified-Since": late], .notModified, .proceed),
        Row(["If-Modified-Since": early], .proceed, .proceed),
        Row(["If-Modified-Since": "yesterday"], .proceed, .proceed),
        // Tags go before dates, `If-Match` before `If-None-Match`.
        Row(["If-Match": "\"a\"", "If-Unmodified-Since": early], .proceed, .proceed),
        Row(["If-None-Match": "\"b\"", "If-Modified-Since": same], .proceed, .proceed),
        Row(["If-None-Match": "\"a\"", "If-Modified-Since": early], .notModified, .failed),
        Row(["If-Match": "\"b\"", "If-None-Match": "\"a\""], .failed, .failed),
        Row(["If-Match": "\"a\"", "If-None-Match": "\"a\""], .notModified, .failed),
        Row(["If-Unmodified-Since": early, "If-None-Match": "\"a\""], .failed, .failed),
        Row(["If-Unmodified-Since": same, "If-Modified-Since": same], .notModified, .proceed),
    ]

    @Test("Each condition alone, and the first of several", arguments: rows)
    func evaluates(row: Row) {
        let headers = RequestHeaders(row.headers)
        #expect(Preconditions.evaluate(headers, .get, of: Self.current) == row.read)
        #expect(Preconditions.evaluate(headers, .head, of: Self.current) == row.read)
        #expect(Preconditions.evaluate(headers, .put, of: Self.current) == row.write)
    }

    @Test("Where nothing is, nothing matches")
    func nothingThere() {
        for (headers, outcome) in [
            (["If-Match": "*"], .failed), (["If-Match": "\"a\""], .failed), (["If-None-Match": "*"], .proceed),
            (["If-Unmodified-Since": Self.early], .proceed), (["If-Modified-Since": Self.late], .proceed),
        ] as [(KeyValuePairs<String, String>, Preconditions.Outcome)] {
            #expect(Preconditions.evaluate(RequestHeaders(headers), .put, of: nil) == outcome)
        }
    }

    @Test("Lists of tags are read with what quotes hold")
    func lists() {
        #expect(EntityTags.list("\"a,b\", \"c\"", holds: "\"a,b\"", weakly: false))
        #expect(EntityTags.list(" ,, \"b\" ,W/\"a\"", holds: "\"a\"", weakly: true))
        #expect(EntityTags.list("W/\"a\"", holds: "W/\"a\"", weakly: true))
        #expect(!EntityTags.list("W/\"a\"", holds: "W/\"a\"", weakly: false))
        #expect(!EntityTags.list("\"b", holds: "\"b\"", weakly: true))
        #expect(!EntityTags.list("\"ab\"", holds: "\"a\"", weakly: true))
        #expect(!EntityTags.list("* ", holds: "\"a\"", weakly: true))
        #expect(EntityTags.list("\"\"", holds: "\"\"", weakly: true))
    }

    @Test("A handler's answer that names its state is held against the conditions; others are not")
    func answers() async throws {
        var router = Router()
        router.get("/tagged") { _ in
            .json([], headers: ["ETag": "\"a\"", "Cache-Control": "no-cache", "Content-Language": "es"])
        }
        router.get("/dated") { _ in .json([], headers: ["Last-Modified": Self.same]) }
        router.get("/bare") { _ in .json([]) }
        router.put("/tagged") { request in
            try request.requirePreconditions(of: Self.current)
            return .noContent
        }
        for (method, path, headers, status) in [
            (.get, "/tagged", ["If-None-Match": "\"a\""], 304), (.head, "/tagged", ["if-none-match": "\"a\""], 304),
            (.get, "/tagged", ["If-None-Match": "\"b\""], 200), (.get, "/tagged", ["If-Match": "\"b\""], 412),
            (.get, "/dated", ["If-Modified-Since": Self.same], 304), (.get, "/bare", ["If-None-Match": "*"], 200),
            (.get, "/dated", ["If-Modified-Since": Self.early], 200),
            (.put, "/tagged", ["If-Match": "\"b\""], 412), (.put, "/tagged", ["If-Match": "\"a\""], 204),
            (.put, "/tagged", ["If-None-Match": "*"], 412),
        ] as [(HTTPServer.Method, String, KeyValuePairs<String, String>, Int)] {
            let response = await router.respond(to: try Request(method, path, headers: RequestHeaders(headers)))
            #expect(response.status == status, "\(method) \(path) \(headers)")
            guard status == 304, path == "/tagged" else { continue }
            #expect(response.headers["ETag"] == "\"a\"")
            #expect(response.headers["Cache-Control"] == "no-cache")
            #expect(response.headers["Content-Type"] == nil)
            #expect(response.headers["Content-Language"] == nil)
            #expect(response.body.count == 0)
        }
    }
}
