import CatalogDomain
import Testing

@Suite("Folded text")
struct FoldedTextTests {
    @Test(
        "Case and diacritics make no difference, in either normal form",
        arguments: [
            ("almodovar", "Almodóvar"), ("almodovar", "ALMODO\u{301}VAR"), ("espana", "España"),
            ("espana", "Espan\u{303}a"), ("el angel exterminador", "El Ángel  exterminador"),
            ("garcia marquez", "García\u{A0}Márquez"), ("pinguino", "Pingüino"), ("smorrebrod", "Smørrebrød"),
            ("lodz", "Łódź"), ("strasse", "Straße"), ("aeroskobing", "Ærøskøbing"), ("istanbul", "İstanbul"),
            ("viet nam", "Việt Nam"), ("viet nam", "Vie\u{302}\u{323}t Nam"), ("αθηνα", "Αθήνα"),
            ("σεισμοσ", "Σεισμός"),
            ("чаика", "Чайка"), ("чаика", "Чаи\u{306}ка"),
            ("o brien s 8 1 2", "O’Brien's 8½".replacing("½", with: " 1/2")),
            ("que hora es", "¿Qué hora es?"), ("d or", "d’Or"), ("", "…¡!"), ("", ""), ("東京物語", "東京物語"),
        ])
    func folds(expected: String, text: String) {
        #expect(FoldedText(text).text == expected)
    }

    @Test("What was folded folds to itself")
    func idempotent() {
        for text in ["Madres paralelas", "Ærøskøbing ½", "Việt Nam", "Ǽ ǿ ſ ﬁ", "각 が", "👩‍👩‍👧 Ña"] {
            let once = FoldedText(text).text
            #expect(FoldedText(once).text == once)
        }
    }

    @Test("Every word must begin a word of the film")
    func terms() throws {
        let film = SearchText(["Parallel Mothers", "Madres paralelas", "2021", "Pedro Almodóvar"])
        for found in ["almodovar", "Almodóvar", "ALMODO\u{301}", "mad par", "2021 mothers", "", "  "] {
            #expect(try #require(SearchTerms(found)).match(film), "\(found)")
        }
        for missed in ["modovar", "almodovar cruz", "2022", "dres"] {
            #expect(try !#require(SearchTerms(missed)).match(film), "\(missed)")
        }
    }

    @Test("A search of nothing but punctuation, or of too many characters, is none")
    func noTerms() {
        for text in [
            "%", "_", "…", "' OR 1=1".filter { !$0.isLetter && !$0.isNumber }, String(repeating: "a", count: 101),
        ] {
            #expect(SearchTerms(text) == nil, "\(text)")
        }
        #expect(SearchTerms("100%_")?.words == ["100"])
    }
}
