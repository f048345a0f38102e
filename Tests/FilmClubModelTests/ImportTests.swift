import FilmClubModel
import JSON
import Testing

@Suite("Import documents")
struct ImportTests {
    static let film1 = #"{"id":"0198f000-0000-7000-8f11-000000000001","slug":"one","title":"One"}"#

    static func programme(_ changes: [String: String] = [:]) -> String {
        let fields = [
            ("id", #""0198f000-0000-7000-8b0b-000000000001""#), ("slug", #""club""#), ("name", #""Club""#),
            ("slots", "5"),
            ("rules", "[]"), ("spanWeeks", "8"), ("windowDays", "7"), ("film", "50000"), ("bundle", "250000"),
            ("eligibleInstitutionTypes", #"["university"]"#), ("territories", #"["US"]"#),
        ].map { ($0.0, changes[$0.0] ?? $0.1) }
        let price = fields.filter { ["film", "bundle"].contains($0.0) }.map { "\"\($0.0)MinorUnits\":\($0.1)" }
        let rest = fields.filter { !["film", "bundle"].contains($0.0) }.map { "\"\($0.0)\":\($0.1)" }
        let list = (["\"version\":1", "\"currency\":\"USD\""] + price).joined(separator: ",")
        return "{\(rest.joined(separator: ",")),\"priceList\":{\(list)}}"
    }

    private func decode(_ text: String) throws -> ImportDocument {
        try JSON.decode(ImportDocument.self, from: Array(text.utf8), userInfo: ImportDocument.decoderInfo)
    }

    private func paths(_ text: String) throws -> [String] {
        try decode(text).problems().map(\.path)
    }

    @Test("Every part may be missing")
    func empty() throws {
        #expect(try decode("{}") == ImportDocument())
        #expect(try paths("{}").isEmpty)
        #expect(try paths(#"{"films":[\#(Self.film1)]}"#).isEmpty)
        #expect(try paths(#"{"programmes":[\#(Self.programme())]}"#).isEmpty)
    }

    @Test("A misspelt field is an error with its line, where it would vanish silently")
    func misspelt() throws {
        let text =
            "{\"films\":[{\"id\":\"0198f000-0000-7000-8f11-000000000001\",\"slug\":\"one\",\"title\":\"One\",\n"
            + "\"synopsys\":\"Two sisters…\"}]}"
        let error = #expect(throws: JSONError.self) { try decode(text) }
        #expect(error?.line == 2)
        #expect(error?.path == "films[0].synopsys")
        #expect(error?.message.contains("synopsis") == true)
        #expect(throws: JSONError.self) { try decode(#"{"film":[]}"#) }
        #expect(throws: JSONError.self) {
            try decode(#"{"programmes":[\#(Self.programme(["rules": "[]" ]).dropLast()),"x":1}]}"#)
        }
    }

    @Test("Ids and slugs stand once")
    func repeats() throws {
        let sameSlug = #"{"id":"0198f000-0000-7000-8f11-000000000002","slug":"one","title":"Two"}"#
        #expect(try paths(#"{"films":[\#(Self.film1),\#(sameSlug)]}"#) == ["films[1].slug"])
        #expect(try paths(#"{"films":[\#(Self.film1),\#(Self.film1)]}"#) == ["films[1].id", "films[1].slug"])
        let programme = Self.programme()
        #expect(
            try paths(#"{"programmes":[\#(programme),\#(programme)]}"#) == ["programmes[1].id", "programmes[1].slug"])
        let media = #"{"filmId":"0198f000-0000-7000-8f11-000000000001","asset":"short-film"}"#
        #expect(try paths(#"{"media":[\#(media),\#(media)]}"#) == ["media[1].filmId"])
        let institution = #"""
            {"id":"0198f000-0000-7000-8157-000000000001","name":"A","type":"college","territory":"US",
            "timeZone":"America/Chicago","verified":true}
            """#
        #expect(try paths(#"{"institutions":[\#(institution),\#(institution)]}"#) == ["institutions[1].id"])
    }

    @Test("A rule or role that nobody knows is refused by name")
    func unknown() throws {
        let rule = Self.programme(["rules": #"[{"rule":"maximum-by-country","count":2}]"#])
        let problems = try decode(#"{"programmes":[\#(rule)]}"#).problems()
        #expect(problems.map(\.path) == ["programmes[0].rules[0].rule"])
        #expect(problems.first?.sentence.contains("maximum-by-country") == true)
        let film =
            #"{"id":"0198f000-0000-7000-8f11-000000000001","slug":"one","title":"One","credits":"#
            + #"[{"role":"directr","name":"A"}]}"#
        #expect(try paths(#"{"films":[\#(film)]}"#) == ["films[0].credits[0].role"])
    }

    @Test(
        "A programme that contradicts itself is refused",
        arguments: [
            (["bundle": "250001"], "priceList.bundleMinorUnits"), (["bundle": "0"], "priceList.bundleMinorUnits"),
            (["eligibleInstitutionTypes": "[]"], "eligibleInstitutionTypes"), (["territories": "[]"], "territories"),
            (["spanWeeks": "1", "windowDays": "8"], "windowDays"),
        ])
    func contradictions(changes: [String: String], path: String) throws {
        #expect(try paths(#"{"programmes":[\#(Self.programme(changes))]}"#) == ["programmes[0].\(path)"])
    }

    @Test(
        "A number outside its range is refused before anybody calculates with it",
        arguments: [
            ["film": "-1"], ["film": "10000000001"], ["film": "9223372036854775808"], ["slots": "0"], ["slots": "51"],
            ["windowDays": "0"], ["windowDays": "367"], ["spanWeeks": "9223372036854775807"],
        ])
    func ranges(changes: [String: String]) {
        #expect(throws: JSONError.self) { try decode(#"{"programmes":[\#(Self.programme(changes))]}"#) }
    }

    @Test("An asset is one folder's name and never a path", arguments: ["../secret", "a/b", "", ".", "A"])
    func assets(asset: String) {
        let text = #"{"media":[{"filmId":"0198f000-0000-7000-8f11-000000000001","asset":"\#(asset)"}]}"#
        #expect(throws: JSONError.self) { try decode(text) }
    }

    @Test("A thousand problems are listed up to the limit")
    func manyProblems() throws {
        let films = Array(repeating: Self.film1, count: 300).joined(separator: ",")
        #expect(try decode("{\"films\":[\(films)]}").problems().count == ImportDocument.problemsMax)
    }
}
