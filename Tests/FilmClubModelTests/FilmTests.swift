import FilmClubModel
import JSON
import Testing

@Suite("Films")
struct FilmTests {
    static let id = "0198f000-0000-7000-8f11-000000000001"

    private func decode(_ fields: String) throws -> Film {
        try JSON.decode(
            Film.self, from: Array(#"{"id":"\#(Self.id)","slug":"a-film","title":"A Film"\#(fields)}"#.utf8))
    }

    @Test("Only a title is needed; the rest is missing, not invented")
    func barest() throws {
        let film = try decode("")
        #expect(film.status == .available)
        #expect(film.version == 1)
        #expect(film.originalTitle == nil && film.year == nil && film.runningTimeMinutes == nil)
        #expect(film.credits.isEmpty && film.awards.isEmpty && film.pressQuotes.isEmpty && film.notes.isEmpty)
        #expect(film.synopsis == nil && film.audioLanguage == nil && film.subtitles.isEmpty)
        #expect(film == Film(id: film.id, slug: film.slug, title: "A Film"))
        #expect(try JSON.decode(Film.self, from: JSON.encode(film)) == film)
    }

    @Test("A film licensed nowhere can be sold nowhere, and a withdrawn one neither")
    func rights() throws {
        let spain = try Territory("ES")
        #expect(try !decode("").isSellable(in: spain))
        #expect(try decode(#","territories":["ES"]"#).isSellable(in: spain))
        #expect(try !decode(#","territories":["ES"]"#).isSellable(in: Territory("FR")))
        #expect(try !decode(#","territories":["ES"],"status":"withdrawn""#).isSellable(in: spain))
    }

    @Test("Texts survive byte for byte, composed or not")
    func bytes() throws {
        for text in ["“Más allá” – d’Or…", "e\u{301}", "\u{E9}", "Awards®", "\u{1F39E}\u{FE0F}", "  spaced  "] {
            let film = try decode(",\"synopsis\":\"\(text)\"")
            let again = try JSON.decode(Film.self, from: JSON.encode(film))
            #expect(again.synopsis?.isIdentical(to: text) == true)
        }
    }

    @Test("Several quotes, paragraphs and signed notes are kept in order")
    func fullPage() throws {
        let film = try decode(
            #"""
            ,"pressQuotes":[{"text":"‘Luminous.’","critic":"A. Critic","publication":"The Gazette"},{"text":"Two."}],
            "aboutTheDirector":["One.","Two.","Three."],
            "notes":[{"author":"First","paragraphs":["A","B"]},{"title":"T","author":"Second","paragraphs":["C"]}]
            """#)
        #expect(film.pressQuotes.map(\.critic) == ["A. Critic", nil])
        #expect(film.aboutTheDirector == ["One.", "Two.", "Three."])
        #expect(film.notes.map(\.author) == ["First", "Second"])
        #expect(film.notes[0].paragraphs == ["A", "B"])
    }

    @Test("Directors are read off the credits, in their order")
    func directors() throws {
        let film = try decode(
            #","credits":[{"role":"director","name":"B"},{"role":"cast","name":"C","character":"D"},"#
                + #"{"role":"director","name":"A"}]"#)
        #expect(film.directors == ["B", "A"])
    }

    @Test(
        "A wrong value is refused at its place, in a sentence",
        arguments: [
            (#","title2":1,"year":1492"#, "year"), (#","runningTimeMinutes":0"#, "runningTimeMinutes"),
            (#","runningTimeMinutes":-9223372036854775808"#, "runningTimeMinutes"), (#","year":"2021""#, "year"),
            (#","version":0"#, "version"), (#","synopsis":"""#, "synopsis"), (#","synopsis":"  ""#, "synopsis"),
            (#","status":"gone""#, "status"), (#","territories":["US","UK"]"#, "territories[1]"),
            (#","territories":["US","US"]"#, "territories"), (#","countries":"ES""#, "countries"),
            (#","audioLanguage":"spanish""#, "audioLanguage"),
            (#","aboutTheDirector":["One",""]"#, "aboutTheDirector[1]"),
            (#","credits":[{"role":"cast"}]"#, "credits[0]"),
            (#","credits":[{"role":"C","name":"A"}]"#, "credits[0].role"),
            (
                #","awards":[{"body":"A","categories":[{"name":"B","outcome":"won"}]}]"#,
                "awards[0].categories[0].outcome"
            ),
            (#","notes":[{"author":"A","paragraphs":[]}]"#, "notes[0].paragraphs"),
            (#","pressQuotes":[{"critic":"A"}]"#, "pressQuotes[0]"),
            (#","subtitles":[{"language":"en"},{"language":"en"}]"#, "subtitles"),
            (#","subtitles":[{"language":"en","kind":"karaoke"}]"#, "subtitles[0].kind"),
        ])
    func refusals(fields: String, path: String) {
        let error = #expect(throws: JSONError.self) { try decode(fields) }
        #expect(error?.path.hasPrefix(path) == true, "\(error?.description ?? "nothing") is not at \(path)")
        #expect(error?.message.contains(" ") == true)
    }

    @Test("A title is a must, and it says something", arguments: ["", " ", "\u{A0}"])
    func title(title: String) {
        let text = #"{"id":"\#(Self.id)","slug":"a-film","title":"\#(title)"}"#
        #expect(throws: JSONError.self) { try JSON.decode(Film.self, from: Array(text.utf8)) }
        let without = #"{"id":"\#(Self.id)","slug":"a-film"}"#
        #expect(throws: JSONError.self) { try JSON.decode(Film.self, from: Array(without.utf8)) }
    }

    @Test("Lists and texts have their limits")
    func limits() {
        let credits = Array(repeating: #"{"role":"cast","name":"A"}"#, count: 501).joined(separator: ",")
        #expect(throws: JSONError.self) { try decode(",\"credits\":[\(credits)]") }
        for long in [String(repeating: "a", count: 301), "a" + String(repeating: "\u{301}", count: 300)] {
            #expect(throws: JSONError.self) { try decode(",\"originalTitle\":\"\(long)\"") }
        }
    }

    @Test("A line has no breaks, a paragraph may; neither has other control characters")
    func controlCharacters() throws {
        #expect(throws: JSONError.self) { try decode(#","originalTitle":"Two\nlines""#) }
        #expect(throws: JSONError.self) { try decode(#","synopsis":"A bell\u0007""#) }
        #expect(try decode(#","synopsis":"Two\nlines""#).synopsis == "Two\nlines")
    }
}
