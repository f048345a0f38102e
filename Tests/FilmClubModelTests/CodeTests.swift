import FilmClubModel
import Testing

@Suite("Codes: languages, territories, zones, slugs")
struct CodeTests {
    @Test(
        "A language tag is read in any case and written in the recommended one",
        arguments: [
            ("es", "es"), ("ES", "es"), ("es-mx", "es-MX"), ("es-419", "es-419"), ("qu", "qu"), ("quc", "quc"),
            ("ZH-hant-tw", "zh-Hant-TW"), ("sr-Latn", "sr-Latn"),
        ])
    func language(text: String, canonical: String) throws {
        #expect(try LanguageTag(text).text == canonical)
    }

    @Test(
        "What is no language tag is refused",
        arguments: ["", "e", "spanish", "es_MX", "es-", "-es", "es-MX-x", "es-4190", "es--MX", "x-klingon", "es-Latn-"])
    func languageRefusals(text: String) {
        #expect(throws: InvalidValue.self) { try LanguageTag(text) }
    }

    @Test("The primary language stands first")
    func primaryLanguage() throws {
        #expect(try LanguageTag("es-419").language == "es")
    }

    @Test("A territory is an assigned code in capitals; UK is none", arguments: ["ES", "US", "GB", "GT", "VE", "XK"])
    func territory(code: String) {
        if code == "XK" {
            #expect(throws: InvalidValue.self) { try Territory(code) }
        } else {
            #expect((try? Territory(code))?.text == code)
        }
    }

    @Test("What is no territory is refused", arguments: ["", "us", "UK", "USA", "U", "ZZ", "E S", "É"])
    func territoryRefusals(code: String) {
        #expect(throws: InvalidValue.self) { try Territory(code) }
    }

    @Test(
        "A zone is named by area and place",
        arguments: ["UTC", "America/Chicago", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince"])
    func timeZone(name: String) throws {
        #expect(try TimeZoneName(name).text == name)
    }

    @Test(
        "An abbreviation, an offset, a path or a statement is no zone",
        arguments: [
            "", "CST", "+05:00", "EST5EDT", "/etc/localtime", "America/", "America//Chicago", "../UTC", "America/..",
            "America/Chicago;--", "America/Chi cago", "A/B/C/D",
        ])
    func timeZoneRefusals(name: String) {
        #expect(throws: InvalidValue.self) { try TimeZoneName(name) }
    }

    @Test(
        "A slug is lower-case words joined by hyphens", arguments: ["roma", "parallel-mothers", "pans-labyrinth-2006"])
    func slug(text: String) throws {
        #expect(try Slug(text).text == text)
    }

    @Test(
        "What could be a path, an id or another slug's twin is refused",
        arguments: [
            "", "-", "a-", "-a", "a--b", "Roma", "a_b", "a/b", "..", "a.b", "año", "a b",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", String(repeating: "a", count: 101),
        ])
    func slugRefusals(text: String) {
        #expect(throws: InvalidValue.self) { try Slug(text) }
    }

    @Test(
        "A domain's name is lower-case labels joined by dots",
        arguments: ["library.example", "3m.example.org", "xn--espaa-rta.example", "a-b.c--d.e1"])
    func domain(text: String) throws {
        #expect(try DomainName(text).text == text)
    }

    @Test(
        "A host without a domain, an address, a URL or a name too long is no domain's name",
        arguments: [
            "", "localhost", "Library.example", ".example", "example.", "a..b", "-a.example", "a-.example",
            "españa.example", "a_b.example", "127.0.0.1", "https://a.example", "a.example:80", "*.example", "a b.c",
            String(repeating: "a", count: 64) + ".example", String(repeating: "a.", count: 126) + "ab",
        ])
    func domainRefusals(text: String) {
        #expect(throws: InvalidValue.self) { try DomainName(text) }
    }

    @Test("The longest name and label are read")
    func longestDomain() throws {
        let label = String(repeating: "a", count: 63)
        let last = String(repeating: "a", count: 61)
        #expect(try DomainName([label, label, label, last].joined(separator: ".")).text.utf8.count == 253)
    }

    @Test("A refusal quotes little of a long value")
    func quoting() {
        let error = #expect(throws: InvalidValue.self) { try Slug(String(repeating: "Ä", count: 5_000)) }
        #expect((error?.sentence.count ?? .max) < 200)
        let escape = #expect(throws: InvalidValue.self) { try Slug("\u{1B}[2J\r\n\0") }
        #expect(escape?.sentence.unicodeScalars.contains { $0.properties.generalCategory == .control } == false)
    }
}
