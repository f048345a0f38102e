import CatalogDomain
import FilmClubModel
import HTTPClient
import JSON
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Facets")
struct FacetTests {
    @Test("Facets count what the list shows: of one that is chosen from, what it would show without")
    func counts() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let films = try (1...90).map { try RandomFilm.film($0, &random) }
        try await CatalogWorld.with { world in
            _ = try await world.load(ImportDocument(films: films))
            for _ in 0..<40 {
                let asked = RandomFilm.question(&random)
                let answer = try await world.get("/v1/films?limit=100&facets=true\(asked.query)")
                #expect(answer.status == 200, "seed \(seed): \(asked.query)")
                #expect(
                    Set(answer.texts("films", "slug")) == Set(films.filter { asked.shows($0) }.map(\.slug.text)),
                    "seed \(seed): \(asked.query)")
                for facet in Facet.allCases {
                    let shown = films.filter { asked.without(facet).shows($0) }
                    let naive = Dictionary(
                        shown.flatMap { Set(RandomFilm.values($0, facet)).map { ($0, Int64(1)) } },
                        uniquingKeysWith: +)
                    let counts = answer.json["facets"]?[facet.rawValue]?.arrayValue ?? []
                    let counted = counts.map { ($0["value"]?.stringValue ?? "", $0["count"]?.integerValue ?? 0) }
                    #expect(
                        Dictionary(counted, uniquingKeysWith: +) == naive,
                        "seed \(seed): \(facet) of \(asked.query)")
                    #expect(counted.map(\.1) == counted.map(\.1).sorted(by: >))
                }
            }
        }
    }

    @Test("Spellings that differ in case and accents are one value, shown as it was imported last, and found by each")
    func spellings() async throws {
        try await CatalogWorld.with { world in
            for (number, name) in ["pedro almodovar", "PEDRO ALMODÓVAR", "Pedro Almodóvar"].enumerated() {
                var film = try Films.plain(number + 1, "Film \(number)")
                film.credits = [Credit(role: .director, name: name), Credit(role: .director, name: name.uppercased())]
                film.awards = [
                    Award(body: "Goya Awards\(number == 0 ? "" : "®")", categories: [AwardCategory(name: "Best Film")])
                ]
                _ = try await world.load(ImportDocument(films: [film]))
            }
            let all = try await world.get("/v1/films?facets=true&limit=1")
            #expect(all.json["facets"]?["director"] == [["value": "Pedro Almodóvar", "count": 3]])
            #expect(all.json["facets"]?["awardBody"] == [["value": "Goya Awards®", "count": 3]])
            for query in ["director=Pedro+Almod%C3%B3var", "director=pedro+almodovar", "awardBody=goya+awards"] {
                #expect(try await world.get("/v1/films?\(query)").texts("films", "title").count == 3, "\(query)")
            }
        }
    }

    @Test("A film that is withdrawn is counted nowhere, and at most fifty values of a facet are shown")
    func bounds() async throws {
        try await CatalogWorld.with { world in
            let films = try (1...60).map { number in
                var film = try Films.plain(number, "Film")
                film.themes = [try Slug("theme-\(number)")] + (number <= 2 ? [try Slug("shared")] : [])
                film.status = number == 1 ? .withdrawn : .available
                return film
            }
            _ = try await world.load(ImportDocument(films: films))
            let themes = try await world.get("/v1/films?facets=true").json["facets"]?["theme"]?.arrayValue ?? []
            #expect(themes.count == 50)
            #expect(themes.contains(["value": "shared", "count": 1]))
            #expect(!themes.contains { $0["value"] == "theme-1" })
            #expect(try await world.get("/v1/films?facets=false").json["facets"] == nil)
            #expect(try await world.get("/v1/films").json["facets"] == nil)
        }
    }

    @Test("A cursor goes on with the list that it came from, and with no other")
    func cursors() async throws {
        try await CatalogWorld.with { world in
            #expect(try await world.load(text: try sampleCatalogue()).status == 200)
            let list = "/v1/films?limit=1&language=es"
            var titles: [String] = []
            var next: String? = ""
            var cursor = ""
            while let following = next {
                let page = try await world.get(list + (following.isEmpty ? "" : "&cursor=\(following)"))
                titles += page.texts("films", "title")
                next = page.json["next"]?.stringValue
                if let next { cursor = next }
            }
            #expect(titles == (try await world.get("/v1/films?limit=100&language=es").texts("films", "title")))
            #expect(titles.count > 2)
            #expect(try await world.get("\(list)&cursor=\(cursor)").status == 200)
            let edited = (cursor.first == "A" ? "B" : "A") + cursor.dropFirst()
            for other in [
                "/v1/films?cursor=\(cursor)", "/v1/films?language=en&cursor=\(cursor)",
                "\(list)&language=fr&cursor=\(cursor)", "\(list)&q=a&cursor=\(cursor)",
                "\(list)&yearFrom=1990&cursor=\(cursor)", "/v1/programmes?cursor=\(cursor)",
                "\(list)&cursor=\(edited)",
            ] {
                let answer = try await world.get(other)
                #expect(answer.problem == "invalid-parameter" && answer.json["parameter"] == "cursor", "\(other)")
            }
        }
    }

    @Test(
        "A filter that names nothing a film can have is refused by its parameter",
        arguments: [
            ("country=UK", "country"), ("country=es", "country"), ("country=", "country"), ("country=%27", "country"),
            ("language=spanish", "language"), ("language=es-ES-x", "language"), ("theme=Two+Words", "theme"),
            ("theme=%25", "theme"), ("director=", "director"), ("yearFrom=85", "yearFrom"),
            ("yearFrom=1887", "yearFrom"),
            ("yearTo=2201", "yearTo"), ("yearTo=99999999999999999999", "yearTo"), ("yearTo=-200", "yearTo"),
            ("yearFrom=2001&yearTo=2000", "yearTo"), ("yearFrom=2000&yearFrom=2001", "yearFrom"),
            ("facets=1", "facets"),
            ("facets=", "facets"), ("director=" + String(repeating: "a", count: 301), "director"),
            (Array(repeating: "awardBody=a", count: 11).joined(separator: "&"), "awardBody"),
        ])
    func refused(query: String, parameter: String) async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.get("/v1/films?\(query)")
            #expect(answer.problem == "invalid-parameter", "\(answer.text)")
            #expect(answer.json["parameter"] == .string(parameter))
        }
    }

    @Test(
        "Names with quotes, commas, braces, percent signs and emoji are found or not, and never fail",
        arguments: [
            "'", "\"", "{a,b}", "a\\", "NULL", "%", "_", "\u{200F}", "🎬", "…", "a,b", "director pedro", " ", "{}",
            "ñ\u{301}",
        ])
    func hostile(name: String) async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "One")
            film.credits = [Credit(role: .director, name: "X" + name), Credit(role: .director, name: "…")]
            let isTaken = try await world.load(ImportDocument(films: [film])).status == 200
            for (asked, count) in [("X" + name, isTaken ? 1 : 0), (name, name == "…" ? 1 : 0)] {
                let answer = try await world.get("/v1/films?facets=true&director=\(asked.percentEncoded)")
                #expect(answer.status == 200 || answer.problem == "invalid-parameter")
                if answer.status == 200 { #expect(answer.texts("films", "slug").count == count, "\(asked)") }
            }
        }
    }
}
