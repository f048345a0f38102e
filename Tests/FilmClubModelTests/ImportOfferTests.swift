import FilmClubModel
import JSON
import Testing

@Suite("Import documents: prices, terms, people, taxes")
struct ImportOfferTests {
    private func decode(_ text: String) throws -> ImportDocument {
        try JSON.decode(ImportDocument.self, from: Array(text.utf8), userInfo: ImportDocument.decoderInfo)
    }

    /// A programme of the other tests, with members added to it and to its price list.
    private func programme(_ added: String = "", list: String = "") -> String {
        let text = ImportTests.programme()
        let withList = list.isEmpty ? text : text.dropLast(2) + ",\(list)}}"
        return added.isEmpty ? String(withList) : withList.dropLast() + ",\(added)}"
    }

    private func paths(_ programme: String) throws -> [String] {
        try decode(#"{"programmes":[\#(programme)]}"#).problems().map(\.path)
    }

    private static func list(
        _ version: Int, film: Int = 50_000, bundle: Int = 250_000, currency: String = "USD", from: String? = nil
    ) -> String {
        let start = from.map { #","validFrom":"\#($0)""# } ?? ""
        return #"{"version":\#(version),"currency":"\#(currency)","filmMinorUnits":\#(film),"#
            + #""bundleMinorUnits":\#(bundle)\#(start)}"#
    }

    private static func tier(_ types: String, _ price: String) -> String {
        #"{"institutionTypes":[\#(types)],\#(price)}"#
    }

    private static let cheap = #""filmMinorUnits":100,"bundleMinorUnits":400"#

    @Test("A programme with everything that it can have is taken")
    func whole() throws {
        let tiers = [
            Self.tier(#""publicLibrary""#, #""filmMinorUnits":45000,"bundleMinorUnits":225000"#),
            Self.tier(#""highSchool""#, #""onRequest":true"#),
        ].joined(separator: ",")
        let text = programme(
            #""laterPriceLists":[\#(Self.list(2, from: "2027-01-01T00:00:00Z")),"#
                + #"\#(Self.list(5, from: "2027-01-01T00:00:00.000001Z"))],"#
                + #""cancellation":{"withinDays":14,"administrativeFeeMinorUnits":225000},"extraFilmsMax":45"#,
            list: #""tiers":[\#(tiers)],"validFrom":"2026-01-01T00:00:00Z","validUntil":"2027-01-01T00:00:00Z""#)
        #expect(try paths(text) == [])
    }

    @Test(
        "Tiers that contradict each other or the list are refused where they stand",
        arguments: [
            ([(#""college","highSchool""#, cheap), (#""highSchool""#, cheap)], "tiers[1].institutionTypes"),
            ([("", cheap)], "tiers[0].institutionTypes"),
            ([(#""college""#, #""filmMinorUnits":100,"bundleMinorUnits":501"#)], "tiers[0].bundleMinorUnits"),
            ([(#""college""#, #""filmMinorUnits":100,"bundleMinorUnits":0"#)], "tiers[0].bundleMinorUnits"),
            ([(#""college""#, #""filmMinorUnits":0,"bundleMinorUnits":1"#)], "tiers[0].bundleMinorUnits"),
        ])
    func tiers(tiers: [(types: String, price: String)], path: String) throws {
        let list = tiers.map { Self.tier($0.types, $0.price) }.joined(separator: ",")
        #expect(try paths(programme(list: #""tiers":[\#(list)]"#)) == ["programmes[0].priceList.\(path)"])
    }

    @Test(
        "Later lists follow each other in time and version, in one currency",
        arguments: [
            ([list(2)], "[0].validFrom"), ([list(1, from: "2027-01-01T00:00:00Z")], "[0].version"),
            ([list(2, currency: "EUR", from: "2027-01-01T00:00:00Z")], "[0].currency"),
            ([list(2, bundle: 250_001, from: "2027-01-01T00:00:00Z")], "[0].bundleMinorUnits"),
            (
                [list(2, from: "2027-01-01T00:00:00Z"), list(3, from: "2027-01-01T00:00:00Z")],
                "[1].validFrom"
            ),
            ([list(3, from: "2027-01-01T00:00:00Z"), list(3, from: "2028-01-01T00:00:00Z")], "[1].version"),
        ])
    func laterLists(lists: [String], path: String) throws {
        let text = programme(#""laterPriceLists":[\#(lists.joined(separator: ","))]"#)
        #expect(try paths(text) == ["programmes[0].laterPriceLists\(path)"])
    }

    @Test("A list that ends before it begins is refused")
    func validity() throws {
        for until in ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"] {
            let text = programme(list: #""validFrom":"2026-01-01T00:00:00Z","validUntil":"\#(until)""#)
            #expect(try paths(text) == ["programmes[0].priceList.validUntil"])
        }
    }

    @Test("A fee is never more than the cheapest bundle")
    func fee() throws {
        let path = "programmes[0].cancellation.administrativeFeeMinorUnits"
        func terms(_ fee: Int) -> String {
            #""cancellation":{"withinDays":14,"administrativeFeeMinorUnits":\#(fee)}"#
        }
        let tiers = #""tiers":[\#(Self.tier(#""college""#, Self.cheap))]"#
        #expect(try paths(programme(terms(250_000))) == [])
        #expect(try paths(programme(terms(250_001))) == [path])
        #expect(try paths(programme(terms(400), list: tiers)) == [])
        #expect(try paths(programme(terms(401), list: tiers)) == [path])
        let later = #","laterPriceLists":[\#(Self.list(2, bundle: 100, from: "2027-01-01T00:00:00Z"))]"#
        #expect(try paths(programme(terms(101) + later)) == [path])
    }

    @Test("Slots and extra films together are never more than an order can have")
    func extras() throws {
        #expect(try paths(programme(#""extraFilmsMax":45"#)) == [])
        #expect(try paths(programme(#""extraFilmsMax":46"#)) == ["programmes[0].extraFilmsMax"])
    }

    @Test(
        "Terms out of their range are refused before anybody calculates with them",
        arguments: [
            #""extraFilmsMax":0"#, #""extraFilmsMax":51"#,
            #""cancellation":{"withinDays":0,"administrativeFeeMinorUnits":0}"#,
            #""cancellation":{"withinDays":367,"administrativeFeeMinorUnits":0}"#,
            #""cancellation":{"withinDays":1,"administrativeFeeMinorUnits":-1}"#,
            #""cancellation":{"withinDays":1,"administrativeFeeMinorUnits":0.5}"#,
            #""cancellation":{"withinDays":1}"#, #""cancellation":{"withinDays":1,"fee":1}"#,
        ])
    func ranges(added: String) {
        #expect(throws: JSONError.self) { try decode(#"{"programmes":[\#(programme(added))]}"#) }
    }

    @Test("A person stands once, a territory has one tax, and both are read strictly")
    func peopleAndTaxes() throws {
        let person = #"{"id":"0198f000-0000-7000-8e50-000000000001","name":"Inés","biography":["One.","Two."]}"#
        let tax = #"{"territory":"GB","name":"VAT","rateBasisPoints":2000}"#
        let document = try decode(#"{"people":[\#(person)],"taxes":[\#(tax)]}"#)
        #expect(document.people?.first?.biography == ["One.", "Two."])
        #expect(document.taxes == [TaxRate(territory: try Territory("GB"), name: "VAT", rateBasisPoints: 2_000)])
        #expect(document.problems().isEmpty)
        let twice = try decode(#"{"people":[\#(person),\#(person)],"taxes":[\#(tax),\#(tax)]}"#)
        #expect(twice.problems().map(\.path) == ["people[1].id", "taxes[1].territory"])
        #expect(try decode("{}").people == nil && decode("{}").taxes == nil)
        for text in [
            #"{"people":[{"id":"0198f000-0000-7000-8e50-000000000001","name":"Inés","born":1970}]}"#,
            #"{"taxes":[{"territory":"GB","name":"VAT","rateBasisPoints":10001}]}"#,
            #"{"taxes":[{"territory":"UK","name":"VAT","rateBasisPoints":2000}]}"#,
            #"{"taxes":[{"territory":"GB","name":"VAT","rateBasisPoints":2000,"since":2011}]}"#,
        ] {
            #expect(throws: JSONError.self) { try decode(text) }
        }
    }

    @Test("What nobody gave is not sent on: a service of an older house would refuse its name")
    func leftOut() throws {
        let text = String(decoding: try JSON.encode(ImportDocument()), as: UTF8.self)
        #expect(!text.contains("people") && !text.contains("taxes"))
    }
}
