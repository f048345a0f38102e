import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Imports")
struct ImportTests {
    @Test("The sample catalogue is imported whole, and published whole")
    func sample() async throws {
        try await CatalogWorld.with { world in
            let text = try sampleCatalogue()
            let document = try JSON.decode(ImportDocument.self, from: text, limits: JSONLimits(bytesMax: 16 << 20))
            let answer = try await world.load(text: text)
            #expect(answer.status == 200)
            #expect(answer.json["films"]?["created"] == .integer(Int64(document.films.count)))
            #expect(answer.json["programmes"]?["created"] == .integer(Int64(document.programmes.count)))
            let events = try await world.events()
            #expect(events.count == document.films.count + document.programmes.count)
            for film in document.films {
                let event = try #require(events.first { $0.key == film.id.text })
                #expect(event.topic == "catalog.films.v1")
                #expect(event.type == "FilmChanged")
                #expect(event.sequence == 1)
                #expect(event.body == (try JSON.encode(FilmChanged(film: film))))
                #expect(try await world.get("/v1/films/\(film.slug)").bytes == (try JSON.encode(film)))
            }
            #expect(world.published.value == 1)
        }
    }

    @Test("Said twice an import changes and publishes nothing the second time")
    func twice() async throws {
        try await CatalogWorld.with { world in
            let document = ImportDocument(
                films: [try Films.full(), try Films.plain(2, "Roma")], programmes: [try Films.programme()])
            _ = try await world.load(document)
            let second = try await world.load(document)
            #expect(
                second.json == [
                    "dryRun": false, "films": ["created": 0, "changed": 0, "unchanged": 2],
                    "programmes": ["created": 0, "changed": 0, "unchanged": 1],
                ])
            #expect(try await world.events().count == 3)
            #expect(world.published.value == 1)
            #expect(
                try await world.auditLines().map(\.description) == ["granted catalog.import", "granted catalog.import"])
        }
    }

    @Test("Each change of a film is one event; their numbers are 1…k and their bodies the states")
    func sequences() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.full()
            var programme = try Films.programme()
            for round in 1...5 {
                film.title = "Round \(round)"
                programme.name = "Programme, round \((round + 1) / 2)"
                _ = try await world.load(
                    ImportDocument(films: [film, try Films.plain(2, "Roma")], programmes: [programme]))
            }
            let events = try await world.events()
            let films = events.filter { $0.key == film.id.text }
            #expect(films.map(\.sequence) == [1, 2, 3, 4, 5])
            for event in films {
                let body = try JSON.decode(FilmChanged.self, from: event.body)
                #expect(body.film.version == event.sequence)
                #expect(body.film.title == "Round \(event.sequence)")
            }
            let programmes = events.filter { $0.topic == "catalog.programmes.v1" }
            #expect(programmes.map(\.sequence) == [1, 2, 3])
            for event in programmes {
                let body = try JSON.decode(ProgrammeChanged.self, from: event.body)
                #expect(body.programme.priceList == programme.priceList)
                #expect(body.programme.version == event.sequence)
            }
            #expect(events.count { $0.key == (try? Films.plain(2, "").id.text) } == 1)
        }
    }

    @Test("Imports that race number each film's changes without a gap")
    func racing() async throws {
        try await CatalogWorld.with { world in
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        let films = try (1...3).map { try Films.plain($0, "By writer \(writer)") }
                        return try await world.load(ImportDocument(films: films.shuffled())).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            // On a slow machine the last in the line are sent away, or not told that they were done.
            let done = answers.count { $0 == 200 }
            #expect(done > 1)
            #expect(answers.allSatisfy { $0 == 200 || $0 == 503 })
            for key in Set(try await world.events().map(\.key)) {
                let sequences = try await world.events().filter { $0.key == key }.map(\.sequence)
                #expect(sequences == Array(1...Int64(max(sequences.count, done))))
            }
        }
    }

    @Test("A dry run says what would change and changes nothing")
    func dryRun() async throws {
        try await CatalogWorld.with { world in
            let document = ImportDocument(films: [try Films.plain(1, "Roma")], programmes: [try Films.programme()])
            let answer = try await world.load(document, isDryRun: true)
            #expect(answer.json["dryRun"] == true)
            #expect(answer.json["films"]?["created"] == 1)
            #expect(try await world.filmCount() == 0)
            #expect(try await world.events().isEmpty)
            #expect(world.published.value == 0)
            #expect(
                try await world.post([], to: "/v1/imports?dryRun=maybe", token: world.token([.operator], of: nil))
                    .status == 400)
        }
    }

    @Test("Two films change slugs with each other in one import")
    func swappedSlugs() async throws {
        try await CatalogWorld.with { world in
            var films = [try Films.plain(1, "One"), try Films.plain(2, "Two")]
            _ = try await world.load(ImportDocument(films: films))
            (films[0].slug, films[1].slug) = (films[1].slug, films[0].slug)
            #expect(try await world.load(ImportDocument(films: films)).json["films"]?["changed"] == 2)
            #expect(try await world.get("/v1/films/film-1").json["title"] == "Two")
            #expect(try await world.get("/v1/films/film-2").json["title"] == "One")
        }
    }

    @Test("Lists of other services are theirs")
    func otherLists() async throws {
        try await CatalogWorld.with { world in
            let text = #"{"institutions":[{"whatever":1}],"media":[],"films":null}"#
            let answer = try await world.load(text: Array(text.utf8))
            #expect(answer.status == 200)
            #expect(answer.json["films"]?["created"] == 0)
        }
    }
}
