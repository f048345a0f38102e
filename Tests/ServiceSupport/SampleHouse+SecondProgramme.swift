import FilmClubModel
import JSON

extension SampleHouse {
    /// The house with another offer, as an operator writes it: six films, rules about their years and directors, prices
    /// of its own. Nothing in the code knows it.
    public func withSecondProgramme() throws -> SampleHouse {
        let text = """
            {"id": "019b76da-a800-7000-8f22-0000000000f2", "slug": "classics", "name": "Six Classics", "slots": 6,
             "rules": [{"rule": "minimum-before-year", "count": 2, "year": 2000},
                       {"rule": "maximum-by-one-director", "count": 2}],
             "spanWeeks": 12, "windowDays": 14, "caps": {"concurrentSessionsMax": 40},
             "priceList": {"version": 1, "currency": "EUR", "filmMinorUnits": 45000, "bundleMinorUnits": 240001},
             "eligibleInstitutionTypes": ["highSchool", "university"], "territories": ["US", "ES"]}
            """
        var house = self
        house.programme = try JSON.decode(
            Programme.self, from: Array(text.utf8), userInfo: ImportDocument.decoderInfo)
        return house
    }
}
