import CatalogDomain
import FilmClubModel
import TestSupport

/// Films of few values, so that many have the same, and questions about them that are answered by looking at each.
enum RandomFilm {
    private static let countries = ["ES", "FR", "AR", "MX"]
    private static let languages = ["es", "es-419", "fr", "ca"]
    private static let bodies = ["Goya Awards®", "César", "Ariel"]
    private static let directors = ["Lucrecia Martel", "Víctor Erice", "N. N.", "Icíar Bollaín"]
    private static let themes = ["memory", "migration", "mothers"]
    private static let titles = ["Zama", "Roma", "Volver"]

    static func film(_ number: Int, _ random: inout SeededRandom) throws -> Film {
        var film = try Films.plain(number, titles.randomElement(using: &random) ?? "")
        film.countries = try some(countries, &random).map { try Territory($0) }
        film.audioLanguage = try some(languages, &random).first.map { try LanguageTag($0) }
        film.awards = some(bodies, &random).flatMap { body in
            ["Best Film", "Best Director"].map { Award(body: body, categories: [AwardCategory(name: $0)]) }
        }
        film.credits =
            some(directors, &random).map { Credit(role: .director, name: $0) }
            + some(directors, &random).map { Credit(role: .writer, name: $0) }
        film.themes = try some(themes, &random).map { try Slug($0) }
        film.year = Bool.random(using: &random) ? Int.random(in: 1_990...1_999, using: &random) : nil
        film.status = Int.random(in: 0..<10, using: &random) == 0 ? .withdrawn : .available
        return film
    }

    private static func some(_ values: [String], _ random: inout SeededRandom) -> [String] {
        Array(values.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random)))
    }

    /// What a film has of a facet, as a reader of its page would say.
    static func values(_ film: Film, _ facet: Facet) -> [String] {
        switch facet {
        case .country: film.countries.map(\.text)
        case .language: film.audioLanguage.map { [$0.language] } ?? []
        case .awardBody: film.awards.map(\.body)
        case .director: film.directors
        case .theme: (film.themes ?? []).map(\.text)
        case .year: film.year.map { [String($0)] } ?? []
        }
    }

    struct Question {
        var word: String?
        var chosen: [Facet: [String]] = [:]
        var years: ClosedRange<Int>?

        func without(_ facet: Facet) -> Question {
            var other = self
            other.chosen[facet] = nil
            if facet == .year { other.years = nil }
            return other
        }

        func shows(_ film: Film) -> Bool {
            film.status == .available && word.map { film.title == $0 } ?? true
                && chosen.allSatisfy { !Set(RandomFilm.values(film, $0.key)).isDisjoint(with: $0.value) }
                && years.map { years in film.year.map { years.contains($0) } ?? false } ?? true
        }

        var query: String {
            var parts = word.map { ["q=\($0)"] } ?? []
            for (facet, values) in chosen { parts += values.map { "\(facet.rawValue)=\($0.percentEncoded)" } }
            if let years { parts += ["yearFrom=\(years.lowerBound)", "yearTo=\(years.upperBound)"] }
            return parts.map { "&" + $0 }.joined()
        }
    }

    static func question(_ random: inout SeededRandom) -> Question {
        var question = Question()
        if Int.random(in: 0..<4, using: &random) == 0 { question.word = titles.randomElement(using: &random) }
        let all: [(Facet, [String])] = [
            (.country, countries), (.language, ["es", "fr", "ca"]), (.awardBody, bodies), (.director, directors),
            (.theme, themes),
        ]
        for (facet, values) in all where Int.random(in: 0..<3, using: &random) == 0 {
            let asked = some(values, &random)
            question.chosen[facet] = asked.isEmpty ? nil : asked
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            let from = Int.random(in: 1_990...1_999, using: &random)
            question.years = from...Int.random(in: from...1_999, using: &random)
        }
        return question
    }
}
