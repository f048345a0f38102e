import FilmClubModel
import HTTPClient
import JSON
import Messaging
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Film pages")
struct FilmPageTests {
    @Test("Every field of a full page comes back byte for byte, by id and by slug")
    func fullPage() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.full()
            #expect(try await world.load(ImportDocument(films: [film])).status == 200)
            film.version = 1
            for name in [film.id.text, film.id.text.uppercased(), film.slug.text] {
                for _ in 0..<2 {
                    let page = try await world.get("/v1/films/\(name)")
                    #expect(page.status == 200)
                    #expect(page.headers["Content-Type"] == "application/json")
                    #expect(page.bytes == (try JSON.encode(film)))
                }
            }
            #expect(try await world.get("/v1/films/\(film.id)").json["notes"]?[0]?["author"] == "Dra. Inés Núñez")
        }
    }

    @Test("A film with nothing but a title has a page that invents nothing")
    func titleOnly() async throws {
        try await CatalogWorld.with { world in
            let text =
                #"{"films":[{"id":"019b76da-a800-7000-8f11-000000000009","slug":"untitled","title":"Sin título"}]}"#
            #expect(try await world.load(text: Array(text.utf8)).status == 200)
            let page = try await world.get("/v1/films/untitled").json
            #expect(page["title"] == "Sin título")
            #expect(page["status"] == "available")
            for absent in ["originalTitle", "year", "runningTimeMinutes", "synopsis", "audioLanguage"] {
                #expect(page[absent] == nil)
            }
            for empty in ["credits", "awards", "pressQuotes", "notes", "countries", "territories", "aboutTheDirector"] {
                #expect(page[empty] == [])
            }
            let summary = try await world.get("/v1/films").json["films"]?[0]
            #expect(summary?["title"] == "Sin título")
            #expect(summary?["year"] == nil)
            #expect(summary?["directors"] == [])
        }
    }

    @Test("A client that has the page is told so, until the film changes")
    func conditional() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "Volver")
            _ = try await world.load(ImportDocument(films: [film]))
            let tag = try #require(try await world.get("/v1/films/film-1").headers["ETag"])
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let answer = try await world.get("/v1/films/film-1", headers: [("If-None-Match", known)])
                #expect(answer.status == 304, "\(known)")
                #expect(answer.bytes.isEmpty)
                #expect(answer.headers["ETag"] == tag)
            }
            #expect(try await world.get("/v1/films/film-1", headers: [("If-None-Match", "\"other\"")]).status == 200)
            film.synopsis = "She comes back."
            _ = try await world.load(ImportDocument(films: [film]))
            let changed = try await world.get("/v1/films/film-1", headers: [("If-None-Match", tag)])
            #expect(changed.status == 200)
            #expect(changed.headers["ETag"] != tag)
        }
    }

    @Test("What is neither a known id nor a known slug is not found", arguments: ["films", "programmes"])
    func unknown(list: String) async throws {
        try await CatalogWorld.with { world in
            for name in [
                "019b76da-a800-7000-8f11-0000000000ff", "nothing-such", "No_Slug", "%27--", "%F0%9F%8E%AC", "a.b",
                String(repeating: "a", count: 500),
            ] {
                let answer = try await world.get("/v1/\(list)/\(name)")
                #expect(answer.status == 404, "\(name)")
                #expect(answer.problem == "not-found")
            }
        }
    }

    @Test("A withdrawn film keeps its page and leaves the list")
    func withdrawn() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "Volver")
            film.status = .withdrawn
            _ = try await world.load(ImportDocument(films: [film, try Films.plain(2, "Roma")]))
            #expect(try await world.get("/v1/films/film-1").json["status"] == "withdrawn")
            #expect(try await world.get("/v1/films").texts("films", "title") == ["Roma"])
            #expect(try await world.get("/v1/films?q=volver").texts("films", "title") == [])
        }
    }

    @Test("A programme's page carries its price list")
    func programme() async throws {
        try await CatalogWorld.with { world in
            let programme = try Films.programme()
            _ = try await world.load(ImportDocument(programmes: [programme]))
            for name in [programme.id.text, programme.slug.text] {
                let page = try await world.get("/v1/programmes/\(name)")
                #expect(page.bytes == (try JSON.encode(programme)))
                #expect(page.json["priceList"]?["bundleMinorUnits"] == 250_000)
            }
            // A film's name means nothing among programmes.
            _ = try await world.load(ImportDocument(films: [try Films.plain(1, "Roma")]))
            #expect(try await world.get("/v1/films/film-1").status == 200)
            #expect(try await world.get("/v1/programmes/film-1").status == 404)
        }
    }

    @Test("What another process imports is seen although pages are kept in memory")
    func anotherProcess() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "Volver")
            _ = try await world.load(ImportDocument(films: [film]))
            let first = try await world.get("/v1/films/film-1")
            film.title = "Volver, otra vez"
            // A second catalog over the same database, as another process would have it.
            let other = ImportCatalog(pool: world.pool, cache: PageCache(), now: { .now() }, committed: {})
            let draft = try await ImportDraft(JSON.encode(ImportDocument(films: [film])), bytesMax: 1 << 20)
            _ = try await other(draft, isDryRun: false, by: .ofTest("catalog.import"), trace: nil)
            try await eventually("the new title is served") {
                try await world.get("/v1/films/film-1").bytes != first.bytes
            }
            #expect(try await world.get("/v1/films/film-1").json["title"] == "Volver, otra vez")
        }
    }

    @Test("Without anybody to confirm the pages in memory, each is read from the database")
    func unconfirmed() async throws {
        try await CatalogWorld.with(isWatching: false) { world in
            _ = try await world.load(ImportDocument(films: [try Films.plain(1, "Roma")]))
            for _ in 0..<3 { #expect(try await world.get("/v1/films/film-1").status == 200) }
            #expect(world.metrics.text().contains("filmclub_catalog_pages_total{source=\"memory\"} 0"))
        }
    }
}
