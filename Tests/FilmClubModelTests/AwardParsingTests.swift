import FilmClubModel
import JSON
import Testing

@Suite("Printed lists of awards")
struct AwardParsingTests {
    private func read(_ text: String) -> [String] {
        AwardCategory.list(parsing: text).map { category in
            "\(category.prize.map { "\($0)/" } ?? "")\(category.name)=\(category.outcome.rawValue)"
        }
    }

    @Test("A word at the end holds for the whole list before it")
    func wholeList() {
        #expect(
            read("Best Film, Best Director, Best Actress Nominee") == [
                "Best Film=nominee", "Best Director=nominee", "Best Actress=nominee",
            ])
        #expect(read("Best Actress, Best Music Nominees") == ["Best Actress=nominee", "Best Music=nominee"])
        #expect(read("Palme d’Or Winner") == ["Palme d’Or=winner"])
    }

    @Test("No word means unstated: nothing is guessed")
    func unstated() {
        #expect(read("Best Actress, Best Music") == ["Best Actress=unstated", "Best Music=unstated"])
        #expect(read("Best International Film") == ["Best International Film=unstated"])
    }

    @Test("A word reaches back only to the one before it")
    func mixed() {
        #expect(
            read("Best Film Winner, Best Director, Best Sound Nominee; Best Song") == [
                "Best Film=winner", "Best Director=nominee", "Best Sound=nominee", "Best Song=unstated",
            ])
    }

    @Test("A named prize stands before its category, with any dash")
    func prizes() {
        #expect(read("Volpi Cup - Best Actress") == ["Volpi Cup/Best Actress=unstated"])
        #expect(read("Silver Bear – Best Screenplay Winner") == ["Silver Bear/Best Screenplay=winner"])
        #expect(read("Best Ibero-American Film Winner") == ["Best Ibero-American Film=winner"])
    }

    @Test("However the word is set, it is the same word")
    func spelling() {
        for text in ["Best Film (nominee)", "Best Film – Nominated", "Best Film: NOMINEE.", "Best Film [Nomination]"] {
            #expect(read(text) == ["Best Film=nominee"])
        }
        #expect(read("Best Film, Best Sound, Won") == ["Best Film=winner", "Best Sound=winner"])
    }

    @Test("A comma in parentheses divides nothing, “and” before the last entry is no name")
    func separators() {
        #expect(read("Best Actress (Cruz, Maura) Winner") == ["Best Actress (Cruz, Maura)=winner"])
        #expect(read("Best Film, Best Sound, and Best Song Nominee").last == "Best Song=nominee")
        #expect(read("Best Film\nBest Sound") == ["Best Film=unstated", "Best Sound=unstated"])
        #expect(read("Best Film (unclosed, Best Sound").count == 1)
    }

    @Test("A word within a name is part of the name")
    func wordsWithin() {
        #expect(read("Winner’s Circle Award") == ["Winner’s Circle Award=unstated"])
        #expect(read("Best Nominee Reception") == ["Best Nominee Reception=unstated"])
    }

    @Test("Of nothing comes nothing", arguments: ["", " ", ",", ", ;\n", "Nominee", "-", "(", ")"])
    func nothing(text: String) {
        #expect(AwardCategory.list(parsing: text).allSatisfy { !$0.name.isEmpty })
    }

    @Test("An award given as text keeps the text beside what was read from it")
    func json() throws {
        let award = try JSON.decode(
            Award.self, from: Array(#"{"body":"Goya Awards®","text":"Best Film, Best Sound Nominee"}"#.utf8))
        #expect(award.text == "Best Film, Best Sound Nominee")
        #expect(award.categories.map(\.outcome) == [.nominee, .nominee])
        #expect(try JSON.decode(Award.self, from: JSON.encode(award)) == award)
    }

    @Test("An award without a category is refused")
    func empty() {
        for text in [#"{"body":"Goya Awards®"}"#, #"{"body":"Goya Awards®","categories":[]}"#] {
            #expect(throws: JSONError.self) { try JSON.decode(Award.self, from: Array(text.utf8)) }
        }
    }
}
