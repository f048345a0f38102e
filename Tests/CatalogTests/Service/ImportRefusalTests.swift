import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Refused imports")
struct ImportRefusalTests {
    private func text(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    /// Nothing of a refused import is left.
    private func expectNothing(in world: CatalogWorld) async throws {
        #expect(try await world.filmCount() == 0)
        #expect(try await world.events().isEmpty)
        #expect(world.published.value == 0)
        #expect(try await world.get("/v1/films").json == ["films": []])
    }

    @Test("One bad film, and none is imported; every fault is named with its line, column and field")
    func badFilms() async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.load(
                text: text(
                    #"{"films": ["#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000001", "slug": "good", "title": "Good"},"#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000002", "slug": "bad", "title": "Bad", "year": "soon"},"#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000003", "slug": "no-title"},"#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000004", "slug": "typo", "title": "T", "synopsys": "?"}"#,
                    "]}"))
            #expect(answer.status == 422)
            #expect(answer.problem == "import-refused")
            #expect(answer.texts("errors", "path") == ["films[1].year", "films[2].title", "films[3].synopsys"])
            #expect(answer.json["errors"]?.arrayValue?.compactMap { $0["line"]?.integerValue } == [3, 4, 5])
            #expect(answer.json["errors"]?[0]?["column"]?.integerValue == 89)
            #expect(answer.texts("errors", "message").allSatisfy { !$0.isEmpty })
            try await expectNothing(in: world)
        }
    }

    @Test("Contradictions are named where they stand")
    func contradictions() async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.load(
                text: text(
                    #"{"films": ["#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000001", "slug": "one", "title": "One"},"#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000002","#, #"   "slug": "one", "title": "Two"},"#,
                    #"  {"id": "019b76da-a800-7000-8f11-000000000001", "slug": "three", "title": "Three"}"#, "]}"))
            #expect(answer.problem == "import-refused")
            #expect(Set(answer.texts("errors", "path")) == ["films[1].slug", "films[2].id"])
            let slug = answer.json["errors"]?.arrayValue?.first { $0["path"] == "films[1].slug" }
            #expect(slug?["line"] == 4)
            #expect(slug?["column"] == 12)
            try await expectNothing(in: world)
        }
    }

    @Test("A slug of a stored film is refused, and what was stored stays")
    func takenSlug() async throws {
        try await CatalogWorld.with { world in
            let stored = try Films.plain(1, "Stored")
            _ = try await world.load(ImportDocument(films: [stored]))
            var thief = try Films.plain(2, "Thief")
            thief.slug = stored.slug
            let answer = try await world.load(ImportDocument(films: [try Films.plain(3, "Fine"), thief]))
            #expect(answer.problem == "import-refused")
            #expect(answer.texts("errors", "path") == ["films[1].slug"])
            #expect(try await world.filmCount() == 1)
            #expect(try await world.events().count == 1)
        }
    }

    @Test("A film that no topic would take is refused by its name")
    func filmTooLarge() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "The Endless One")
            film.aboutTheDirector = Array(repeating: String(repeating: "ñ", count: 9_000), count: 20)
            let answer = try await world.load(ImportDocument(films: [try Films.plain(2, "Fine"), film]))
            #expect(answer.status == 422)
            #expect(answer.texts("errors", "path") == ["films[1]"])
            #expect(answer.texts("errors", "message").first?.contains("The Endless One") == true)
            try await expectNothing(in: world)
        }
    }

    @Test(
        "What is no JSON is refused with its place",
        arguments: [
            "", "{", #"{"films": [{"id": "019b76da"#, #"{"films": []} trailing"#, #"{"films": [], "films": []}"#,
            #"{"films": [{"title": "\u0000"}]}"#, #"{"films": [{"title": "\ud800"}]}"#, "{'films': []}",
            String(repeating: "[", count: 100_000),
        ])
    func malformed(text: String) async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.load(text: Array(text.utf8))
            #expect(answer.status == 400)
            #expect(answer.problem == "malformed-json")
            #expect(answer.json["errors"]?[0]?["line"]?.integerValue != nil)
            try await expectNothing(in: world)
        }
    }

    @Test(
        "JSON that is no import document is refused",
        arguments: ["[]", "null", "7", #"{"filmz": []}"#, #"{"films": {}}"#])
    func otherJSON(text: String) async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.load(text: Array(text.utf8))
            #expect(answer.status == 422)
            #expect(answer.problem == "import-refused")
        }
    }

    @Test("Invalid UTF-8 is refused")
    func invalidUTF8() async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.load(text: Array(#"{"films": [{"title": ""#.utf8) + [0xC3, 0x28])
            #expect(answer.problem == "malformed-json")
        }
    }

    @Test("Another media type is refused, and so is a body over the limit")
    func mediaTypeAndSize() async throws {
        try await CatalogWorld.with { world in
            let token = try world.token([.operator], of: nil)
            let typed = try await world.post(Array("{}".utf8), token: token, mediaType: "text/plain")
            #expect(typed.status == 415)
            #expect(typed.problem == "unsupported-media-type")
            let large = [UInt8](repeating: 0x20, count: ImportRoute.bodyBytesMax + 1)
            // The connection may be cut before the whole of it is sent; then there is no answer to read.
            if let answer = try? await world.post(large, token: token) {
                #expect(answer.status == 413)
                #expect(answer.problem == "body-too-large")
            }
            try await expectNothing(in: world)
        }
    }

    @Test("Only operators import")
    func roles() async throws {
        try await CatalogWorld.with { world in
            let body = try JSON.encode(ImportDocument(films: [try Films.plain(1, "Roma")]))
            #expect(try await world.post(body, token: nil).status == 401)
            #expect(try await world.post(body, token: "x.y.z").status == 401)
            #expect(
                try await world.post(body, token: world.token([.operator], of: nil, expiresInSeconds: -3_600)).status
                    == 401)
            #expect(
                try await world.post(body, token: world.token([.operator], of: nil, type: "stream+jwt")).status == 401)
            let others = Role.allCases.filter { $0 != .operator }
            let answer = try await world.post(body, token: world.token(others, of: nil))
            #expect(answer.status == 403)
            #expect(answer.problem == "forbidden")
            #expect(try await world.auditLines().map(\.description) == ["refused catalog.import: forbidden"])
            try await expectNothing(in: world)
        }
    }

    @Test("What is not served is refused as a problem")
    func methods() async throws {
        try await CatalogWorld.with { world in
            let deleted = try await world.send("DELETE", "/v1/films")
            #expect(deleted.status == 405)
            #expect(deleted.problem == "method-not-allowed")
            #expect(try await world.get("/v1/nothing").problem == "not-found")
        }
    }
}
