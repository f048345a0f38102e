import FilmClubModel
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Import runs")
struct ImportRunTests {
    /// More than a page of the work.
    private static let filmsCount = 450

    @Test("A catalogue in parts is imported whole and published whole, in the order of its parts")
    func parts() async throws {
        try await CatalogWorld.with { world in
            let films = try Films.many(Self.filmsCount)
            let run = try await ImportRunClient.open(in: world)
            // The later part comes first.
            let second = try await run.stage(
                1, ImportDocument(films: Array(films[300...]), programmes: [try Films.programme()]))
            #expect(second.status == 200)
            #expect(second.json["of"] == 151)
            #expect(try await run.stage(0, ImportDocument(films: Array(films[..<300]))).json["of"] == 451)
            #expect(try await world.filmCount() == 0)
            let outcome = try await run.finish()
            #expect(outcome["state"] == "applied")
            #expect(outcome["done"] == 451)
            #expect(
                outcome["summary"] == [
                    "films": ["created": .integer(Int64(Self.filmsCount)), "changed": 0, "unchanged": 0],
                    "programmes": ["created": 1, "changed": 0, "unchanged": 0],
                ])
            let events = try await world.events()
            #expect(events.map(\.key) == films.map(\.id.text) + [try Films.programme().id.text])
            #expect(events.allSatisfy { $0.sequence == 1 })
            for film in [films[0], films[299], films[300], films[449]] {
                #expect(try await world.get("/v1/films/\(film.slug)").bytes == (try JSON.encode(film)))
            }
            #expect(try await world.get("/v1/films?q=almodovar&limit=1").texts("films", "title") == ["Film 1"])
            #expect(world.published.value == 1)
        }
    }

    @Test("The same file twice changes nothing and publishes nothing, whichever way it came")
    func twice() async throws {
        try await CatalogWorld.with { world in
            let document = ImportDocument(
                films: [try Films.full()] + (try Films.many(220).dropFirst()), programmes: [try Films.programme()])
            #expect(try await world.load(document).status == 200)
            for round in 1...2 {
                let run = try await ImportRunClient.open(in: world, key: "round-\(round)")
                _ = try await run.stage(0, document)
                #expect(
                    try await run.finish()["summary"] == [
                        "films": ["created": 0, "changed": 0, "unchanged": 220],
                        "programmes": ["created": 0, "changed": 0, "unchanged": 1],
                    ])
            }
            #expect(try await world.events().count == 221)
            #expect(world.published.value == 1)
        }
    }

    @Test("What has changed gets the next version, and another spelling of an accent is a change")
    func changes() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "Almod\u{F3}var")
            let same = try Films.plain(2, "Roma")
            for (round, title) in ["Almod\u{F3}var", "Almodo\u{301}var", "Almodo\u{301}var!"].enumerated() {
                film.title = title
                let run = try await ImportRunClient.open(in: world, key: "round-\(round)")
                _ = try await run.stage(0, ImportDocument(films: [film, same]))
                #expect(try await run.finish()["state"] == "applied")
            }
            let events = try await world.events()
            #expect(events.filter { $0.key == film.id.text }.map(\.sequence) == [1, 2, 3])
            #expect(events.count { $0.key == same.id.text } == 1)
            film.version = 3
            #expect(try await world.get("/v1/films/film-1").bytes == (try JSON.encode(film)))
        }
    }

    @Test("A dry run says what would change and changes nothing; the run can then be applied")
    func dryRun() async throws {
        try await CatalogWorld.with { world in
            let films = try Films.many(3)
            _ = try await world.load(ImportDocument(films: Array(films[..<2])))
            var changed = films
            changed[1].title = "Another"
            let run = try await ImportRunClient.open(in: world)
            _ = try await run.stage(0, ImportDocument(films: changed))
            let checked = try await run.finish(isDryRun: true)
            #expect(checked["state"] == "checked")
            #expect(checked["summary"]?["films"] == ["created": 1, "changed": 1, "unchanged": 1])
            #expect(try await world.filmCount() == 2)
            #expect(try await world.events().count == 2)
            let applied = try await run.finish()
            #expect(applied["state"] == "applied")
            #expect(applied["summary"] == checked["summary"])
            #expect(try await world.events().count == 4)
            #expect(try await run.delete().problem == "import-run-closed")
            let lines = try await world.auditLines().dropFirst().map(\.description)
            #expect(lines == ["granted import-run.apply", "refused import-run.delete: import-run-closed"])
        }
    }

    @Test("Two films of different pages change slugs with each other")
    func swappedSlugs() async throws {
        try await CatalogWorld.with { world in
            var films = try Films.many(Self.filmsCount)
            _ = try await world.load(ImportDocument(films: films))
            (films[0].slug, films[449].slug) = (films[449].slug, films[0].slug)
            let run = try await ImportRunClient.open(in: world)
            _ = try await run.stage(0, ImportDocument(films: films))
            #expect(try await run.finish()["summary"]?["films"]?["changed"] == 2)
            #expect(try await world.get("/v1/films/film-1").json["title"] == "Film 450")
        }
    }

    @Test("A run that is killed half-way has changed nothing, and is then finished once")
    func killed() async throws {
        try await CatalogWorld.with { world in
            let before = try Films.many(Self.filmsCount)
            _ = try await world.load(ImportDocument(films: before))
            let after = before.map { film in
                var film = film
                film.synopsis = "Another one."
                return film
            }
            let run = try await ImportRunClient.open(in: world)
            _ = try await run.stage(0, ImportDocument(films: after))
            let holder = world.database.pool()
            try await holder.withTransaction { held in
                // Somebody holds a film of the last page: the work stops there.
                _ = try await held.query("SELECT FROM films WHERE id = \(before[449].id) FOR UPDATE")
                #expect(try await run.begin().status == 202)
                try await eventually("two pages are done") { try await run.read().json["done"] == 400 }
                #expect(try await run.begin().status == 202)
                #expect(try await run.stage(1, ImportDocument()).problem == "import-run-closed")
                #expect(try await run.delete().status == 409)
                try await eventually("the connection at work is cut") {
                    try await held.query(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%writeFilms%'
                        """
                    ).count == 1
                }
                #expect(try await world.events().count == Self.filmsCount)
                #expect(try await world.get("/v1/films/film-1").bytes == (try JSON.encode(before[0])))
                #expect(try await run.read().json["state"] == "applying")
            }
            let outcome = try await run.outcome()
            #expect(outcome["state"] == "applied")
            #expect(outcome["summary"]?["films"]?["changed"] == .integer(Int64(Self.filmsCount)))
            let events = try await world.events()
            #expect(events.count == 2 * Self.filmsCount)
            #expect(events.count { $0.key == before[0].id.text } == 2)
        }
    }

    @Test("Staged parts that a crash of the database has emptied are not taken for all of a file")
    func lost() async throws {
        try await CatalogWorld.with { world in
            let run = try await ImportRunClient.open(in: world)
            _ = try await run.stage(0, ImportDocument(films: try Films.many(3)))
            _ = try await world.pool.query("TRUNCATE import_items")
            _ = try await run.stage(1, ImportDocument(films: [try Films.plain(9, "Roma")]))
            let outcome = try await run.finish()
            #expect(outcome["state"] == "refused")
            #expect(outcome["errors"]?[0]?["message"]?.stringValue?.contains("crashed") == true)
            #expect(try await world.filmCount() == 0)
        }
    }

    @Test("What a run held is cleared away once it is applied; the run stays as a record")
    func cleared() async throws {
        try await CatalogWorld.with { world in
            let run = try await ImportRunClient.open(in: world)
            for part in 0..<50 {
                _ = try await run.stage(part, ImportDocument(films: [try Films.plain(part + 1, "Film \(part)")]))
            }
            #expect(try await run.finish()["state"] == "applied")
            try await eventually("nothing is staged any more") {
                let (parts, items) = (try await world.count("import_parts"), try await world.count("import_items"))
                return parts == 0 && items == 0
            }
            #expect(try await run.read().json["done"] == 50)
            // Forgotten only when nobody has touched it for a day.
            let abandoned = try await ImportRunClient.open(in: world, key: "another")
            _ = try await abandoned.stage(0, ImportDocument(films: [try Films.plain(99, "Zama")]))
            #expect(try await abandoned.delete().status == 204)
            #expect(try await abandoned.read().status == 404)
            #expect(try await world.count("import_items") == 0)
            #expect(try await world.count("import_runs") == 1)
        }
    }
}
