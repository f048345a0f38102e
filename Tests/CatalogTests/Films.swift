import FilmClubModel
import FoundationEssentials
import JSON

/// Films to test with.
enum Films {
    /// Every field that a film page has.
    static func full() throws -> Film {
        var film = try plain(1, "Madres paralelas — “ñandú” d’été")
        film.slug = try Slug("full-page")
        film.originalTitle = "Almodo\u{301}var & Almod\u{F3}var"
        film.year = 2021
        film.runningTimeMinutes = 123
        film.countries = [try Territory("ES"), try Territory("FR")]
        film.credits = [
            Credit(role: .director, name: "Pedro Almodóvar"),
            Credit(role: .cast, name: "Penélope Cruz", character: "Janis “la fotógrafa”"),
            Credit(role: .cast, name: "Aitana Sánchez-Gijón"),
        ]
        film.synopsis = "Two women.\n\tOne ward — “and a secret…” \\ / \u{1F3AC}"
        film.awards = [
            Award(
                body: "Academy Awards®",
                categories: [
                    AwardCategory(name: "Best Actress", outcome: .nominee),
                    AwardCategory(name: "Best Music", outcome: .winner),
                ]),
            Award(
                body: "Venice Film Festival",
                categories: [AwardCategory(prize: "Volpi Cup", name: "Best Actress", outcome: .unstated)]),
        ]
        film.pressQuotes = [
            PressQuote(text: "“Une merveille.”", critic: "A. Crítica", publication: "Le Journal d’Été"),
            PressQuote(text: "«Imprescindible»", publication: "El Diario"), PressQuote(text: "Yes."),
        ]
        film.aboutTheDirector = ["First paragraph: Calzada de Calatrava.", "Second — with “quotes”.", "Tercero: ñ."]
        film.notes = [
            SignedNote(title: "On mothers", author: "Dra. Inés Núñez", paragraphs: ["One.", "Two…"]),
            SignedNote(author: "N. N.", paragraphs: ["Without a title."]),
        ]
        film.audioLanguage = try LanguageTag("es-ES")
        film.subtitles = [
            SubtitleTrack(language: try LanguageTag("en")),
            SubtitleTrack(language: try LanguageTag("es"), kind: .captions),
        ]
        film.territories = [try Territory("US"), try Territory("CA")]
        return film
    }

    /// Nothing but its title.
    static func plain(_ number: Int, _ title: String) throws -> Film {
        let digits = String(number)
        let last = String(repeating: "0", count: 12 - digits.count) + digits
        return Film(
            id: try FilmID("019b76da-a800-7000-8f11-\(last)"), slug: try Slug("film-\(number)"), title: title)
    }

    /// As many films as are asked for, each like the full one but for what makes it another.
    static func many(_ count: Int) throws -> [Film] {
        let full = try full()
        return try (1...count).map { number in
            var film = try plain(number, "Film \(number)")
            (film.credits, film.synopsis, film.territories) = (full.credits, full.synopsis, full.territories)
            return film
        }
    }

    static func programme(_ number: Int = 1, _ name: String = "Spanish Film Club") throws -> Programme {
        Programme(
            id: try ProgrammeID("019b76da-a800-7000-8f22-00000000000\(number)"), slug: try Slug("programme-\(number)"),
            name: name,
            priceList: PriceList(
                version: 1, currency: try Currency("USD"), filmMinorUnits: 50_000, bundleMinorUnits: 250_000),
            territories: [try Territory("US")])
    }
}

/// The sample catalogue of the repository.
func sampleCatalogue() throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: "deploy/sample/catalogue.json")))
}
