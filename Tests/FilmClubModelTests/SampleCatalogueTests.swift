import FilmClubModel
import JSON
import Testing

@Suite("The sample catalogue")
struct SampleCatalogueTests {
    let document: ImportDocument

    init() throws {
        document = try JSON.decode(
            ImportDocument.self, from: TestFiles.bytes(TestFiles.sampleCatalogue),
            limits: JSONLimits(bytesMax: 4 * 1_024 * 1_024), userInfo: ImportDocument.decoderInfo)
    }

    @Test("It can be imported as it lies there")
    func imports() {
        #expect(document.problems().isEmpty)
        #expect(document.films.count >= 16)
        #expect(Set(document.films.flatMap(\.countries)).count >= 10)
    }

    @Test("Every film says who made it, what it is about and in which languages it can be followed")
    func everyFilm() {
        for film in document.films {
            #expect(!film.directors.isEmpty, "\(film.title)")
            #expect(film.credits.contains { $0.role == .cast }, "\(film.title)")
            #expect(film.synopsis != nil && film.year != nil && !film.countries.isEmpty, "\(film.title)")
            #expect(film.audioLanguage?.language == "es", "\(film.title)")
            #expect(film.subtitles.map(\.description) == ["en subtitles", "es captions"], "\(film.title)")
            #expect(film.pressQuotes.isEmpty, "no words are put into real critics’ mouths: \(film.title)")
            #expect(film.notes.allSatisfy { $0.author == "FilmClub’s editors" }, "\(film.title)")
        }
    }

    @Test("Parallel Mothers carries its six bodies and fifteen categories, word for word")
    func parallelMothers() throws {
        let film = try #require(document.films.first { $0.slug.text == "parallel-mothers" })
        #expect(film.title == "Parallel Mothers")
        #expect(film.originalTitle == "Madres paralelas")
        #expect(film.year == 2_021)
        #expect(film.directors == ["Pedro Almodóvar"])
        #expect(
            film.credits.filter { $0.role == .cast }.map(\.name) == [
                "Penélope Cruz", "Milena Smit", "Israel Elejalde", "Aitana Sánchez-Gijón", "Rossy de Palma",
                "Julieta Serrano",
            ])
        let lines = film.awards.map { award in
            let categories = award.categories.map { category in
                "\(category.prize.map { "\($0) - " } ?? "")\(category.name)"
            }
            let outcomes = Set(award.categories.map(\.outcome.rawValue)).sorted().joined(separator: "/")
            return "\(award.body): \(categories.joined(separator: ", ")): \(outcomes)"
        }
        let expected = [
            "Academy Awards®: Best Actress, Best Music: nominee",
            "Goya Awards®: Best Film, Best Director, Best Actress, Best Supporting Actress, Best Cinematography, "
                + "Best Art Direction, Best Sound: nominee",
            "Golden Globes®: Best Foreign Language Film, Best Original Score: nominee",
            "Venice Film Festival: Volpi Cup - Best Actress: unstated",
            "Los Angeles Film Critics Association Awards: Best Actress, Best Music: unstated",
            "Independent Spirit Award®: Best International Film: unstated",
        ]
        #expect(zip(lines, expected).allSatisfy { $0.isIdentical(to: $1) } && lines.count == expected.count, "\(lines)")
        #expect(film.awards.map(\.categories.count).reduce(0, +) == 15)
        #expect(film.awards[3].categories.map(\.prize) == ["Volpi Cup"])
        #expect(film.aboutTheDirector.count > 1)
        #expect(!film.notes.isEmpty)
    }

    @Test("The programme costs what the list says: 500.00 USD a film, 2,500.00 for five")
    func programme() throws {
        let programme = try #require(document.programmes.first)
        #expect(programme.name == "Spanish Film Club")
        #expect((programme.slots, programme.spanWeeks, programme.windowDays) == (5, 8, 7))
        #expect("\(programme.priceList.film)" == "USD 500.00")
        #expect("\(programme.priceList.bundle)" == "USD 2,500.00")
        #expect(programme.priceList.bundle.shares(5) == Array(repeating: programme.priceList.film, count: 5))
    }

    @Test("There is an institution for each way an order can go")
    func institutions() throws {
        let programme = try #require(document.programmes.first)
        #expect(document.institutions.contains { !$0.verified })
        #expect(Set(document.institutions.map(\.timeZone)).count >= 3)
        for institution in document.institutions where institution.verified {
            #expect(programme.isOffered(to: institution), "\(institution.name)")
            let sellable = document.films.filter { $0.isSellable(in: institution.territory) }
            #expect(sellable.count >= programme.slots, "\(institution.name)")
        }
        let american = try Territory("US")
        #expect(document.films.contains { $0.status == .withdrawn })
        #expect(document.films.contains { $0.status == .available && !$0.isLicensed(in: american) })
    }

    @Test("Every film has media")
    func media() {
        #expect(document.media.map(\.filmId) == document.films.map(\.id))
        #expect(document.media.allSatisfy { $0.asset.text == "short-film" })
    }
}
