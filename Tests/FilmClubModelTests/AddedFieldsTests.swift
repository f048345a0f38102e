import FilmClubModel
import FoundationEssentials
import JSON
import Testing

@Suite("What a minor version added")
struct AddedFieldsTests {
    private static func corpus(_ name: String) throws -> [UInt8] {
        try TestFiles.bytes(TestFiles.corpus.appending(path: "\(name).json"))
    }

    /// The body of 1.0, read and written by this build.
    private func rewritten(_ body: some EventBody) throws -> [UInt8] {
        try JSON.encode(body)
    }

    @Test("New fields that nobody gave leave the bytes of a programme, institution, film and order as they were")
    func sameBytes() throws {
        for (name, body) in [
            ("ProgrammeChanged", ProgrammeChanged.self), ("InstitutionChanged", InstitutionChanged.self),
            ("FilmChanged", FilmChanged.self), ("OrderPlaced", OrderPlaced.self),
        ] as [(String, any EventBody.Type)] {
            let bytes = try Self.corpus("\(name)-1.0")
            #expect(try rewritten(JSON.decode(body, from: bytes)) == JSON.encode(JSON.parse(bytes)), "\(name)")
        }
    }

    @Test("Bodies of 1.0 are read as 1.1 with nothing in the new fields")
    func nothingInvented() throws {
        let programme = try JSON.decode(ProgrammeChanged.self, from: Self.corpus("ProgrammeChanged-1.0")).programme
        #expect(programme.laterPriceLists == nil && programme.cancellation == nil && programme.extraFilmsMax == nil)
        let list = programme.priceList
        #expect(list.tiers == nil && list.validFrom == nil && list.validUntil == nil)
        let order = try JSON.decode(OrderPlaced.self, from: Self.corpus("OrderPlaced-1.0"))
        #expect(order.charge == nil)
        let changed = try JSON.decode(InstitutionChanged.self, from: Self.corpus("InstitutionChanged-1.0")).institution
        for institution in [changed, order.institution] {
            #expect(institution.country == nil && institution.nonProfit == nil && institution.taxStatus == nil)
            #expect(institution.taxId == nil && institution.domains == nil)
        }
        let film = try JSON.decode(FilmChanged.self, from: Self.corpus("FilmChanged-1.0")).film
        #expect(film.themes == nil && film.credits.allSatisfy { $0.personId == nil })
    }

    @Test("An empty list says no more than none, and is written as none")
    func emptyLists() throws {
        func emptied(_ name: String, _ member: String, _ fields: [String]) throws -> JSONValue {
            let tree = try JSON.parse(Self.corpus("\(name)-1.0"))
            let state = try #require(tree.objectValue?[member]?.objectValue)
            let members = state.members.map { ($0.key, $0.value) } + fields.map { ($0, JSONValue.array([])) }
            return .object([member: .object(JSONObject(members))])
        }
        let programme = try JSON.encode(emptied("ProgrammeChanged", "programme", ["laterPriceLists"]))
        #expect(try JSON.decode(ProgrammeChanged.self, from: programme).programme.laterPriceLists == nil)
        let institution = try JSON.encode(emptied("InstitutionChanged", "institution", ["domains"]))
        #expect(try JSON.decode(InstitutionChanged.self, from: institution).institution.domains == nil)
        let film = try JSON.encode(emptied("FilmChanged", "film", ["themes"]))
        #expect(try JSON.decode(FilmChanged.self, from: film).film.themes == nil)
    }

    @Test(
        "A percentage or rate that no grant or tax can have is refused",
        arguments: [("percent", ["0", "101", "-1", "1.5"]), ("rateBasisPoints", ["-1", "10001", "0.1"])])
    func ranges(field: String, values: [String]) throws {
        let text = String(decoding: try Self.corpus("OrderPlaced-1.1"), as: UTF8.self)
        let (before, after) = (try #require(["percent": "50", "rateBasisPoints": "1500"][field]), "\"\(field)\": ")
        #expect(text.contains(after + before))
        for value in values {
            let bytes = Array(text.replacing(after + before, with: after + value).utf8)
            #expect(throws: JSONError.self, "\(field) \(value)") { try JSON.decode(OrderPlaced.self, from: bytes) }
        }
    }
}
