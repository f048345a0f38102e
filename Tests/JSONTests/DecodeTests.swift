import JSON
import Testing

private struct Award: Codable, Equatable {
    enum Outcome: String, Codable { case winner, nominee, unstated }
    var body: String
    var outcome: Outcome
    var year: Int16?
}

private struct Film: Codable, Equatable {
    var title: String
    var awards: [Award]
    var isShort: Bool
    var rating: Double?
}

private struct Catalogue: Codable, Equatable { var films: [Film] }

@Suite("Reading models")
struct DecodeTests {
    @Test("A model comes back as it was written, accents and typographic quotes byte for byte")
    func roundTrip() throws {
        let catalogue = Catalogue(films: [
            Film(
                title: "Madres “paralelas” — Almodóvar\n\t\"x\" \\ 🎬",
                awards: [Award(body: "Goya Awards®", outcome: .nominee, year: 2022)], isShort: false, rating: 7.25)
        ])
        let bytes = try JSON.encode(catalogue)
        #expect(try JSON.decode(Catalogue.self, from: bytes) == catalogue)
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"""
                {"films":[{"title":"Madres “paralelas” — Almodóvar\n\t\"x\" \\ 🎬","awards":[{"body":"Goya Awards®","outcome":"nominee","year":2022}],"isShort":false,"rating":7.25}]}
                """#)
    }

    @Test(
        "An error is one sentence with line, column and path",
        arguments: [
            (
                #"{"title":"A","isShort":false}"#, JSONError.Kind.missingKey,
                "line 2, column 1, films[0].awards: a required key is missing"
            ),
            (
                #"{"title":1,"awards":[],"isShort":false}"#, .wrongType,
                "line 2, column 10, films[0].title: text expected, an integer found"
            ),
            (
                #"{"title":"ñ","awards":[{"body":"G","outcome":"nominee","year":40000}],"isShort":false}"#,
                .numberOutOfRange,
                "line 2, column 63, films[0].awards[0].year: an integer from -32768 to 32767 expected"
            ),
            (
                #"{"title":"A","awards":[{"body":"G","outcome":"won"}],"isShort":false}"#, .invalidValue,
                "line 2, column 46, films[0].awards[0].outcome: Cannot initialize Outcome from invalid String value won"
            ),
            (
                #"{"title":"A","awards":[],"isShort":null}"#, .wrongType,
                "line 2, column 36, films[0].isShort: a boolean expected, null found"
            ),
        ])
    func readableErrors(film: String, kind: JSONError.Kind, sentence: String) {
        let text = "{\"films\":[\n\(film)]}"
        let error = #expect(throws: JSONError.self) { try JSON.decode(Catalogue.self, from: Array(text.utf8)) }
        #expect(error?.kind == kind)
        #expect(error?.description == sentence)
    }
}
