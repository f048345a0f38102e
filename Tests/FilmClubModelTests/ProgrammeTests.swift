import FilmClubModel
import JSON
import Testing

@Suite("Programmes")
struct ProgrammeTests {
    private func film(_ number: Int, year: Int?, director: String) throws -> Film {
        Film(
            id: try FilmID("0198f000-0000-7000-8f11-00000000000\(number)"), slug: try Slug("film-\(number)"),
            title: "Film \(number)", year: year, credits: [Credit(role: .director, name: director)])
    }

    private func rules(_ text: String) throws -> [CompositionRule] {
        try JSON.decode([CompositionRule].self, from: Array(text.utf8))
    }

    @Test("At least one film from before a year")
    func minimumBeforeYear() throws {
        let rule = try #require(try rules(#"[{"rule":"minimum-before-year","count":1,"year":2000}]"#).first)
        #expect(rule == .minimumBeforeYear(count: 1, year: 2_000))
        let newer = [try film(1, year: 2_000, director: "A"), try film(2, year: nil, director: "B")]
        #expect(!rule.isMet(by: newer))
        #expect(rule.isMet(by: newer + [try film(3, year: 1_999, director: "C")]))
    }

    @Test("No more than so many by one director")
    func maximumByOneDirector() throws {
        let rule = try #require(try rules(#"[{"rule":"maximum-by-one-director","count":1}]"#).first)
        let two = [try film(1, year: 2_000, director: "A"), try film(2, year: 2_001, director: "B")]
        #expect(rule.isMet(by: two))
        #expect(!rule.isMet(by: two + [try film(3, year: 1_999, director: "B")]))
    }

    @Test("A rule nobody knows is kept by its name, and never met")
    func unsupported() throws {
        let rule = try #require(try rules(#"[{"rule":"maximum-by-country","count":1}]"#).first)
        #expect(rule == .unsupported(rule: "maximum-by-country"))
        #expect(!rule.isSupported)
        #expect(!rule.isMet(by: []))
    }

    @Test("A known rule with a wrong number is refused")
    func wrongRule() {
        #expect(throws: JSONError.self) { try rules(#"[{"rule":"maximum-by-one-director","count":0}]"#) }
        #expect(throws: JSONError.self) { try rules(#"[{"rule":"minimum-before-year","count":1}]"#) }
    }

    @Test("A programme is offered by kind and place of the institution")
    func offered() throws {
        let programme = Programme(
            id: try ProgrammeID("0198f000-0000-7000-8b0b-000000000001"), slug: try Slug("club"), name: "Club",
            priceList: PriceList(
                version: 1, currency: try Currency("USD"), filmMinorUnits: 50_000, bundleMinorUnits: 250_000),
            eligibleInstitutionTypes: [.university], territories: [try Territory("US")])
        func isOffered(_ type: InstitutionType, _ territory: String) throws -> Bool {
            programme.isOffered(
                to: Institution(
                    id: try InstitutionID("0198f000-0000-7000-8157-000000000001"), name: "I", type: type,
                    territory: try Territory(territory), timeZone: try TimeZoneName("UTC"), verified: true))
        }
        #expect(try isOffered(.university, "US"))
        #expect(try !isOffered(.college, "US"))
        #expect(try !isOffered(.university, "CA"))
    }
}
