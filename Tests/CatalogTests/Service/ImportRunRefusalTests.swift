import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Refused import runs")
struct ImportRunRefusalTests {
    @Test("Repeats over several parts and slugs of stored films are all named by their place in the run")
    func contradictions() async throws {
        try await CatalogWorld.with { world in
            _ = try await world.load(ImportDocument(films: [try Films.plain(9, "Stored")]))
            let run = try await ImportRunClient.open(in: world)
            var thief = try Films.plain(3, "Thief")
            thief.slug = try Slug("film-9")
            var twin = try Films.plain(4, "Twin")
            twin.slug = try Slug("film-1")
            _ = try await run.stage(0, ImportDocument(films: try Films.many(2), programmes: [try Films.programme()]))
            _ = try await run.stage(1, ImportDocument(films: [thief, twin]))
            var other = try Films.programme(2)
            other.slug = try Slug("programme-1")
            _ = try await run.stage(
                7, ImportDocument(films: [try Films.plain(2, "Again")], programmes: [other]))
            for isDryRun in [true, false] {
                let outcome = try await run.finish(isDryRun: isDryRun)
                #expect(outcome["state"] == "refused")
                let errors = outcome["errors"]?.arrayValue ?? []
                #expect(
                    errors.compactMap { $0["path"]?.stringValue } == [
                        "films[3].slug", "films[4].id", "films[4].slug", "films[2].slug", "programmes[1].slug",
                    ])
                let messages = errors.compactMap { $0["message"]?.stringValue }
                #expect(messages.first == "film-1 is already the slug of film films[0].")
                let stored = try Films.plain(9, "").id
                #expect(messages.dropFirst(3).first == "film-9 is the slug of the stored film \(stored).")
            }
            #expect(try await world.filmCount() == 1)
            #expect(try await world.events().count == 1)
            // Mended part by part, the run goes through.
            _ = try await run.stage(1, ImportDocument(films: [try Films.plain(3, "Mended")]))
            _ = try await run.stage(7, ImportDocument())
            #expect(try await run.finish()["state"] == "applied")
            #expect(try await world.filmCount() == 4)
        }
    }

    @Test("A part that takes a slug from a film of the same run is in order")
    func givenUpSlug() async throws {
        try await CatalogWorld.with { world in
            _ = try await world.load(ImportDocument(films: [try Films.plain(1, "One")]))
            let run = try await ImportRunClient.open(in: world)
            var one = try Films.plain(1, "One")
            var two = try Films.plain(2, "Two")
            (one.slug, two.slug) = (two.slug, one.slug)
            _ = try await run.stage(0, ImportDocument(films: [two]))
            _ = try await run.stage(1, ImportDocument(films: [one]))
            #expect(try await run.finish()["state"] == "applied")
        }
    }

    @Test("Faults of a part are told with their line, column and field, and nothing of it is staged")
    func faults() async throws {
        try await CatalogWorld.with { world in
            let run = try await ImportRunClient.open(in: world)
            let text = """
                {"films": [
                  {"id": "019b76da-a800-7000-8f11-000000000001", "slug": "good", "title": "Good"},
                  {"id": "019b76da-a800-7000-8f11-000000000002", "slug": "bad", "title": "Bad", "year": 1800},
                  {"id": "019b76da-a800-7000-8f11-000000000003", "slug": "no-title"}
                ]}
                """
            let answer = try await run.stage(0, text: Array(text.utf8))
            #expect(answer.status == 422)
            #expect(answer.problem == "import-refused")
            #expect(answer.texts("errors", "path") == ["films[1].year", "films[2].title"])
            #expect(answer.json["errors"]?.arrayValue?.compactMap { $0["line"]?.integerValue } == [3, 4])
            #expect(try await run.read().json["of"] == 0)
            #expect(try await world.count("import_items") == 0)
            for malformed in ["", "{", "[]", #"{"films": 1}"#, #"{"filmz": []}"#] {
                #expect(try await [400, 422].contains(run.stage(0, text: Array(malformed.utf8)).status))
            }
        }
    }

    @Test("A film that no topic would take is refused by its name, and so is a part of too many items")
    func tooLarge() async throws {
        try await CatalogWorld.with { world in
            let run = try await ImportRunClient.open(in: world)
            var film = try Films.plain(1, "The Endless One")
            film.aboutTheDirector = Array(repeating: String(repeating: "ñ", count: 9_000), count: 20)
            let answer = try await run.stage(0, ImportDocument(films: [try Films.plain(2, "Fine"), film]))
            #expect(answer.texts("errors", "path") == ["films[1]"])
            #expect(answer.texts("errors", "message").first?.contains("The Endless One") == true)
            let many = try (1...1_001).map { try Films.plain($0, "M") }
            #expect(try await run.stage(0, ImportDocument(films: many)).problem == "import-refused")
        }
    }

    @Test("A key opens one run; only operators import; what is not there is not found")
    func access() async throws {
        try await CatalogWorld.with { world in
            let run = try await ImportRunClient.open(in: world, key: "one")
            #expect(try await ImportRunClient.open(in: world, key: "one").location == run.location)
            #expect(try await world.count("import_runs") == 1)
            #expect(
                try await world.send("POST", "/v1/import-runs", token: run.token).problem == "idempotency-key-missing")
            let unknown = ImportRunClient(
                world: world, token: run.token, location: "/v1/import-runs/019b76da-a800-7000-8f11-0000000000ff")
            for answer in [
                try await unknown.read(), try await unknown.delete(), try await unknown.begin(),
                try await unknown.stage(0, ImportDocument()),
            ] {
                #expect(answer.problem == "not-found")
            }
            let others = try world.token(Role.allCases.filter { $0 != .operator }, of: nil)
            for (token, status) in [(others, 403), ("x.y.z", 401)] {
                let stranger = ImportRunClient(world: world, token: token, location: run.location)
                let opened = try await world.send(
                    "POST", "/v1/import-runs", token: token, headers: [("Idempotency-Key", "two")])
                for answer in [
                    opened, try await stranger.read(), try await stranger.delete(), try await stranger.begin(),
                    try await stranger.stage(0, ImportDocument()),
                ] {
                    #expect(answer.status == status)
                }
            }
            for part in ["-1", "10000", "x", "1.5", "99999999999999999999"] {
                let answer = try await world.send(
                    "PUT", "\(run.location)/parts/\(part)", token: run.token, body: Array("{}".utf8))
                #expect(answer.problem == "invalid-parameter")
            }
        }
    }

    @Test("What is applied takes no more parts, and asked again says what it was")
    func applied() async throws {
        try await CatalogWorld.with { world in
            let run = try await ImportRunClient.open(in: world)
            _ = try await run.stage(0, ImportDocument(films: [try Films.plain(1, "Roma")]))
            let outcome = try await run.finish()
            #expect(try await run.begin().json == outcome)
            let more = try await run.stage(1, ImportDocument())
            #expect(more.status == 409)
            #expect(more.problem == "import-run-closed")
            #expect(try await run.begin(isDryRun: true).problem == "import-run-closed")
            #expect(try await world.events().count == 1)
        }
    }
}
