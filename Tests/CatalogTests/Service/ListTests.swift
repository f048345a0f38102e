import CatalogDomain
import FilmClubModel
import HTTPClient
import JSON
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Lists")
struct ListTests {
    private static let titles = [
        "Ábaco", "abaco", "Ñandú", "nandu", "Volver", "El Ángel", "el angel", "Zama", "Átame", "…", "東京物語", "Roma",
        "Roma", "Roma", "Roma", "8½", "¿Qué?", "La ciénaga", "Lá cienaga", "Te doy mis ojos",
    ]

    @Test("Paging shows every film once, in the order of titles without their diacritics", arguments: [1, 3, 7, 100])
    func paging(limit: Int) async throws {
        try await CatalogWorld.with { world in
            let films = try Self.titles.enumerated().map { try Films.plain($0.offset + 1, $0.element) }
            _ = try await world.load(ImportDocument(films: films))
            var ids: [String] = []
            var keys: [String] = []
            var next: String? = ""
            var pages = 0
            while let cursor = next {
                let page = try await world.get(
                    "/v1/films?limit=\(limit)" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                #expect(page.status == 200)
                let shown = page.texts("films", "id")
                #expect(shown.count <= limit && !shown.isEmpty)
                ids += shown
                keys += page.texts("films", "title").map { FoldedText($0).text }
                next = page.json["next"]?.stringValue
                pages += 1
            }
            #expect(Set(ids).count == films.count && ids.count == films.count)
            #expect(keys == keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
            #expect(pages == (films.count + limit - 1) / limit)
        }
    }

    @Test("What is imported between two pages repeats nothing and leaves nothing out")
    func pagingWhileImporting() async throws {
        try await CatalogWorld.with { world in
            _ = try await world.load(ImportDocument(films: try (1...6).map { try Films.plain($0, "M\($0)") }))
            let first = try await world.get("/v1/films?limit=3")
            var moved = try Films.plain(3, "M3")
            moved.status = .withdrawn  // the very film that the cursor names
            _ = try await world.load(
                ImportDocument(films: [moved, try Films.plain(7, "A, before"), try Films.plain(8, "Z, behind")]))
            let cursor = try #require(first.json["next"]?.stringValue)
            let second = try await world.get("/v1/films?limit=10&cursor=\(cursor)")
            #expect(second.texts("films", "title") == ["M4", "M5", "M6", "Z, behind"])
            #expect(second.json["next"] == nil)
        }
    }

    @Test("The default page has 25 films; a summary is enough to choose by")
    func defaults() async throws {
        try await CatalogWorld.with { world in
            var full = try Films.full()
            full.id = try FilmID("019b76da-a800-7000-8f11-0000000000aa")
            full.title = "A first one"
            _ = try await world.load(ImportDocument(films: [full] + (1...30).map { try Films.plain($0, "Film \($0)") }))
            let page = try await world.get("/v1/films")
            #expect(page.texts("films", "id").count == 25)
            let summary = try #require(page.json["films"]?[0])
            #expect(summary["slug"] == "full-page")
            #expect(summary["year"] == 2021)
            #expect(summary["directors"] == ["Pedro Almodóvar"])
            #expect(summary["countries"] == ["ES", "FR"])
            #expect(summary["runningTimeMinutes"] == 123)
            #expect(summary["territories"] == ["US", "CA"])
            #expect(summary["synopsis"] == nil)
        }
    }

    @Test(
        "A query that cannot be read is refused by the parameter's name",
        arguments: [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=ten", "limit"), ("limit=", "limit"),
            ("limit=-1", "limit"), ("limit=99999999999999999999", "limit"), ("limit=1&limit=2", "limit"),
            ("cursor=", "cursor"), ("cursor=x", "cursor"), ("cursor=MTIz", "cursor"), ("cursor=a&cursor=b", "cursor"),
            ("q=%21%21", "q"), ("q=a&q=b", "q"), ("q=" + String(repeating: "a", count: 101), "q"),
        ])
    func badQuery(query: String, parameter: String) async throws {
        try await CatalogWorld.with { world in
            let answer = try await world.get("/v1/films?\(query)")
            #expect(answer.status == 400)
            #expect(answer.problem == "invalid-parameter")
            #expect(answer.json["parameter"] == .string(parameter))
        }
    }

    @Test("Programmes are listed whole, in the order of their names, page by page")
    func programmes() async throws {
        try await CatalogWorld.with { world in
            let programmes = [try Films.programme(1, "Óperas"), try Films.programme(2, "Cine")]
            _ = try await world.load(ImportDocument(programmes: programmes))
            let page = try await world.get("/v1/programmes")
            #expect(page.texts("programmes", "name") == ["Cine", "Óperas"])
            #expect(page.json["programmes"]?[0]?["priceList"]?["filmMinorUnits"] == 50_000)
            let first = try await world.get("/v1/programmes?limit=1")
            let cursor = try #require(first.json["next"]?.stringValue)
            #expect(
                try await world.get("/v1/programmes?limit=1&cursor=\(cursor)").texts("programmes", "name") == ["Óperas"]
            )
        }
    }
}
