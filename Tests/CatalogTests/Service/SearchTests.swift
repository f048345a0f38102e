import CatalogDomain
import FilmClubModel
import HTTPClient
import JSON
import Postgres
import ServiceTestSupport
import TestSupport
import Testing

@testable import CatalogService

@Suite("Search")
struct SearchTests {
    @Test("Search finds titles, original titles, years and people, with or without their accents")
    func search() async throws {
        try await CatalogWorld.with { world in
            #expect(try await world.load(text: try sampleCatalogue()).status == 200)
            let plain = try await world.get("/v1/films?q=almodovar")
            #expect(plain.texts("films", "title").contains("Parallel Mothers"))
            for spelling in ["Almod%C3%B3var", "ALMODOVAR", "almodo%CC%81var", "Pedro+Almod%C3%B3var", "almod%20pedro"]
            {
                #expect(try await world.get("/v1/films?q=\(spelling)").bytes == plain.bytes, "\(spelling)")
            }
            for found in ["madres", "paralelas+2021", "milena+smit", "parallel+moth"] {
                #expect(
                    try await world.get("/v1/films?q=\(found)").texts("films", "title").contains("Parallel Mothers"),
                    "\(found)")
            }
            for missed in ["xyzzy", "madres+1921"] {
                #expect(try await world.get("/v1/films?q=\(missed)").json == ["films": []], "\(missed)")
            }
            let all = try await world.get("/v1/films?q=&limit=100")
            #expect(all.texts("films", "id").count >= 16)
            #expect(try await world.get("/v1/films?limit=2&q=almodovar").texts("films", "id").count <= 2)
        }
    }

    @Test("A typing error of one letter finds what was meant, and says so; two letters find nothing")
    func typingErrors() async throws {
        try await CatalogWorld.with { world in
            #expect(try await world.load(text: try sampleCatalogue()).status == 200)
            let meant = try await world.get("/v1/films?q=almodovar")
            #expect(meant.json["corrected"] == nil)
            for slip in ["almodobar", "Almodoovar", "almodvar", "almoodvar", "pedro+almodobar", "almodobar+parallel"] {
                let found = try await world.get("/v1/films?q=\(slip)")
                #expect(found.texts("films", "title").contains("Parallel Mothers"), "\(slip)")
                #expect(found.json["corrected"]?[0]?["as"] == ["almodovar"], "\(slip)")
            }
            for missed in ["amldovr", "almodobar+xyzzy", "2120"] {
                #expect(try await world.get("/v1/films?q=\(missed)").json == ["films": []], "\(missed)")
            }
        }
    }

    @Test("Films that a build without search words has written are made up for")
    func olderBuild() async throws {
        try await CatalogWorld.with { world in
            var film = try Films.plain(1, "Volver")
            (film.year, film.themes) = (2006, [try Slug("mothers")])
            _ = try await world.load(ImportDocument(films: [film]))
            _ = try await world.pool.query("TRUNCATE search_words, search_shortened")
            _ = try await world.pool.query("UPDATE films SET indexed_version = NULL, facets = NULL, year = NULL")
            #expect(try await world.get("/v1/films?q=volvre").json == ["films": []])
            try await SearchIndex.makeUp(in: world.pool)
            #expect(try await world.get("/v1/films?q=volvre").texts("films", "title") == ["Volver"])
            #expect(try await world.get("/v1/films?yearFrom=2006").texts("films", "title") == ["Volver"])
            #expect(try await world.get("/v1/films?theme=mothers").texts("films", "title") == ["Volver"])
        }
    }

    @Test("Whatever is searched for, exactly the films with words that begin so are found")
    func exactly() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let words = ["Ana", "Anabel", "ana's", "Ñandú", "ñ", "d’Or", "8½", "1921", "19", "東京", "¿Qué?", "“…”", "L’été"]
        func text(_ range: ClosedRange<Int>) -> String {
            (0..<Int.random(in: range, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
                .joined(separator: " ")
        }
        let films = try (1...60).map { number in
            var film = try Films.plain(number, "… " + text(0...3))
            film.credits = [Credit(role: .director, name: "A " + text(0...2))]
            return film
        }
        try await CatalogWorld.with { world in
            _ = try await world.load(ImportDocument(films: films))
            for _ in 0..<60 {
                let asked = text(1...3)
                guard let terms = SearchTerms(asked) else { continue }
                let found = try await world.get("/v1/films?limit=100&q=\(asked.percentEncoded)")
                let meant = found.json["corrected"] != nil ? [] : found.texts("films", "slug")
                #expect(
                    Set(meant) == Set(films.filter { terms.match($0.searchText) }.map(\.slug.text)),
                    "seed \(seed): \(asked)")
            }
        }
    }

    @Test(
        "Search text with quotes, percent signs, right-to-left marks and emoji finds or finds not, and never fails",
        arguments: [
            "'", "''almo", "o'brien", "\\", "\\'almo", "al\\'mo", "almo:*", "almo' & 'x", "almo | x", "!almo", "<->",
            "(", "almo)",
            "\"almo\"", "100%", "%", "_", "%_%", "almo%", "\u{200F}almodovar", "almo\u{202E}rav", "\u{2067}\u{2069}",
            "🎬", "👩‍👩‍👧 almo",
            "e\u{301}\u{301}\u{301}", "\u{301}", "\u{FEFF}", "\u{10FFFF}", "אלמודובר", "١٩٢١",
            "a b c d e f g h i j k l m",
            "DROP TABLE films", String(repeating: "ñ", count: 100), String(repeating: "é ", count: 50),
        ])
    func hostile(text: String) async throws {
        try await CatalogWorld.with { world in
            _ = try await world.load(text: try sampleCatalogue())
            let answer = try await world.get("/v1/films?q=\(text.percentEncoded)")
            #expect(answer.status == 200 || answer.problem == "invalid-parameter", "\(answer.text)")
        }
    }
}

extension String {
    /// For a query (RFC 3986 §2.1).
    var percentEncoded: String {
        utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
