import FilmClubModel
import JSON
import Testing

@Suite("Price lists: tiers and validity")
struct OfferTests {
    private func list(_ text: String) throws -> PriceList {
        try JSON.decode(PriceList.self, from: Array(text.utf8), userInfo: ImportDocument.decoderInfo)
    }

    private static func text(_ tiers: String) -> String {
        #"{"version":1,"currency":"USD","filmMinorUnits":50000,"bundleMinorUnits":250000,"tiers":\#(tiers)}"#
    }

    @Test("An institution pays by the tier of its kind, and by the list itself where it has none")
    func tiers() throws {
        let list = try list(
            Self.text(
                #"""
                [{"institutionTypes":["publicLibrary","culturalInstitution"],"filmMinorUnits":45000,
                "bundleMinorUnits":225000},{"institutionTypes":["highSchool"],"onRequest":true}]
                """#))
        let library = TierPrice.fixed(filmMinorUnits: 45_000, bundleMinorUnits: 225_000)
        #expect(list.price(for: .publicLibrary) == library)
        #expect(list.price(for: .culturalInstitution) == library)
        #expect(list.price(for: .highSchool) == .onRequest)
        #expect(list.price(for: .university) == .fixed(filmMinorUnits: 50_000, bundleMinorUnits: 250_000))
    }

    @Test(
        "A tier has its prices or is on request, and nothing else",
        arguments: [
            #"{"institutionTypes":["college"]}"#, #"{"institutionTypes":["college"],"filmMinorUnits":1}"#,
            #"{"institutionTypes":["college"],"onRequest":false}"#,
            #"{"institutionTypes":["college"],"onRequest":true,"bundleMinorUnits":1}"#,
            #"{"institutionTypes":["college"],"onRequest":true,"filmMinorUnits":null}"#,
            #"{"institutionTypes":["college"],"onRequest":1}"#,
            #"{"institutionTypes":["college","college"],"onRequest":true}"#,
            #"{"institutionTypes":["kindergarten"],"onRequest":true}"#,
            #"{"institutionTypes":["college"],"onRequest":true,"discount":1}"#,
        ])
    func malformed(tier: String) {
        #expect(throws: JSONError.self) { try list(Self.text("[\(tier)]")) }
    }

    @Test(
        "A price that is negative, has a fraction or is beyond Int64 is refused with its line and column",
        arguments: ["-1", "0.5", "9223372036854775808", "10000000001", "1e30", "\"1\""],
        ["filmMinorUnits", "bundleMinorUnits"])
    func prices(price: String, field: String) {
        let other = field == "filmMinorUnits" ? "bundleMinorUnits" : "filmMinorUnits"
        let tier = "\n{\"institutionTypes\":[\"college\"],\"\(other)\":1,\"\(field)\":\(price)}"
        let error = #expect(throws: JSONError.self) { try list(Self.text("[\(tier)]")) }
        #expect(error?.line == 2)
        #expect((error?.column ?? 0) > 1)
        #expect(error?.path == "tiers[0].\(field)")
    }

    @Test("A list holds from its first moment to the one before its last")
    func validity() throws {
        let from = Instant(clamping: 1_000_000)
        let until = Instant(clamping: 2_000_000)
        var list = try list(Self.text("[]"))
        #expect(list.tiers == nil)
        #expect(list.isValid(at: Instant(clamping: .min)) && list.isValid(at: Instant(clamping: .max)))
        list.validFrom = from
        list.validUntil = until
        #expect(!list.isValid(at: from + .microseconds(-1)))
        #expect(list.isValid(at: from))
        #expect(list.isValid(at: until + .microseconds(-1)))
        #expect(!list.isValid(at: until))
    }

    @Test("A programme is sold by the last of its lists that holds, and not at all where none does")
    func lists() throws {
        func list(_ version: Int, from: Int64?, until: Int64?) throws -> PriceList {
            PriceList(
                version: version, currency: try Currency("USD"), filmMinorUnits: 1, bundleMinorUnits: 1,
                validFrom: from.map { Instant(clamping: $0) }, validUntil: until.map { Instant(clamping: $0) })
        }
        var programme = Programme(
            id: try ProgrammeID("0198f000-0000-7000-8b0b-000000000001"), slug: try Slug("club"), name: "Club",
            priceList: try list(1, from: nil, until: 40), territories: [])
        programme.laterPriceLists = [try list(2, from: 10, until: nil), try list(3, from: 20, until: 30)]
        func version(at moment: Int64) -> Int? { programme.priceList(at: Instant(clamping: moment))?.version }
        #expect([9, 10, 19, 20, 29, 30, 40].map(version) == [1, 2, 2, 3, 3, 2, 2])
        programme.laterPriceLists = [try list(2, from: 50, until: 60)]
        #expect([39, 40, 49, 50, 60].map(version) == [1, nil, nil, 2, nil])
        programme.laterPriceLists = nil
        #expect([39, 40].map(version) == [1, nil])
    }
}
