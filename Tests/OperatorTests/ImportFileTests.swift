import FilmClubModel
import FoundationEssentials
import JSON
import TestSupport
import Testing

@testable import OperatorCommand

@Suite("An import file")
struct ImportFileTests {
    private func read(_ text: String, window: Int = ImportText.windowBytes) throws -> ImportFile {
        try ImportFile(ImportText(path: "house.json", bytes: Array(text.utf8), window: window))
    }

    /// The lines that a file is refused with.
    private func refusal(_ text: String, window: Int = ImportText.windowBytes) throws -> [String] {
        try #require(throws: ImportRefused.self) { try read(text, window: window) }.lines
    }

    private static let film = #""id": "019b76da-a800-7000-8f11-000000000001", "slug": "one", "title": "One""#
    private static let programme = """
        "id": "019b76da-a800-7000-8f22-000000000001", "slug": "club", "name": "Club", "slots": 5, "spanWeeks": 8,
        "windowDays": 7, "eligibleInstitutionTypes": ["university"], "territories": ["US"]
        """

    @Test("Every fault is named with file, line, column and field, all at once")
    func faults() throws {
        let text = """
            {"institutions": [
              {"id": "019b76da-a800-7000-8157-000000000001", "name": "A", "type": "university",
               "territory": "UK", "timeZone": "Europe/London", "verified": true},
              {"id": "nonsense", "name": "B", "type": "university",
               "territory": "GB", "timeZone": "Europe/London", "verified": true}
            ], "films": [{\(Self.film)}, {\(Self.film), "synopsys": ""}, {\(Self.film), "year": 1800}],
             "extras": {"films": [1, "]}"]},
             "media": 7}
            """
        for window in [1, 2, 7, 64, ImportText.windowBytes] {
            let lines = try refusal(text, window: window)
            try #require(lines.count == 6)
            for (line, start) in zip(
                lines,
                [
                    "house.json:3:17: institutions[0].territory: ", "house.json:4:10: institutions[1].id: ",
                    "house.json:6:183: films[1].synopsys: ", "house.json:6:274: films[2].year: ",
                    "house.json:7:2: there is no such list", "house.json:8:11: media: a list expected",
                ])
            {
                #expect(line.hasPrefix(start), "\(line)")
            }
        }
        #expect("\(ImportRefused(lines: ["one"]))" == "one\nNothing was imported.")
    }

    @Test("What no single value shows is placed as well, over all of the file")
    func contradictions() throws {
        let lines = try refusal(
            """
            {"films": [
            {\(Self.film)},
            {"id": "019b76da-a800-7000-8f11-000000000002", "title": "Two", "slug": "one"},
              {\(Self.film),
               "credits": [{"role": "stuntman", "name": "N."}]}
            ]}
            """)
        #expect(
            lines == [
                "house.json:3:72: films[1].slug: one is already the slug of film films[0].",
                "house.json:4:10: films[2].id: 019b76da-a800-7000-8f11-000000000001 is already the id of film films[0].",
                "house.json:4:58: films[2].slug: one is already the slug of film films[0].",
            ] + lines.filter { $0.hasPrefix("house.json:5:25: films[2].credits[0].role: “stuntman” is no known role") })
        #expect(lines.count == 4)
    }

    @Test(
        "Every kind of fault within a film is told where it stands",
        arguments: [
            (#""title": 7"#, "title"), (#""titel": "T""#, "titel"), (#""title": "T", "year": 1800"#, "year"),
            (#""title": "T", "year": 1999.5"#, "year"), (#""title": "T", "year": 9223372036854775808"#, "year"),
            (#""title": "\u0000""#, ""), (#""title": "\ud800""#, ""), (#""title": "a", "title": "b""#, "title"),
            (#""title": """#, "title"), ("\"title\": \"a\u{1}b\"", ""), (#""title": "T", "credits": {}"#, "credits"),
            (#""title": "T", "awards": [{"body": "Goya®"}]"#, "awards[0]"),
            (#""title": "T", "territories": ["US", "US"]"#, "territories"),
            (#""title": "T", "status": "sold"#, ""), (#""title": "T""# + String(repeating: "[", count: 9), ""),
            (#""title": "T", "x": "# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40), ""),
        ])
    func filmFaults(member: String, field: String) throws {
        let text = """
            {"films": [
              {"id": "019b76da-a800-7000-8f11-000000000001", "slug": "one", \(member)}
            ]}
            """
        let line = try #require(try refusal(text).first)
        #expect(line.hasPrefix("house.json:2:"), "\(line)")
        #expect(line.contains(": films[0]\(field.isEmpty ? "" : ".\(field)")"), "\(line)")
    }

    @Test(
        "A price that is negative, fractional, beyond 64 bits, or that contradicts another is refused where it stands",
        arguments: [
            ("-1", "250000", "filmMinorUnits"), ("500.5", "250000", "filmMinorUnits"),
            ("9223372036854775808", "250000", "filmMinorUnits"), ("5e4", "250000", "filmMinorUnits"),
            ("50000", "-250000", "bundleMinorUnits"), ("50000", "250001", "bundleMinorUnits"),
            ("50000", "0", "bundleMinorUnits"), ("10000000001", "1", "filmMinorUnits"),
        ])
    func prices(film: String, bundle: String, field: String) throws {
        let lines = try refusal(
            """
            {"programmes": [{\(Self.programme),
            "priceList": {"version": 1, "currency": "USD",
              "filmMinorUnits": \(film),
              "bundleMinorUnits": \(bundle)}}]}
            """)
        let line = field == "filmMinorUnits" ? "4:21" : "5:23"
        #expect(lines.contains { $0.hasPrefix("house.json:\(line): programmes[0].priceList.\(field): ") }, "\(lines)")
    }

    @Test(
        "What is no import file is refused with its place",
        arguments: [
            ("", "1:1"), ("{", "1:2"), ("[]", "1:1"), (#"{"films": 1}"#, "1:11"), (#"{"filmes": []}"#, "1:2"),
            (#"{"films": [], "films": []}"#, "1:23"), ("\u{FEFF}{}", "1:1"), (#"{"films": []} x"#, "1:15"),
            (#"{"films": [],}"#, "1:14"), (#"{"films": [] "media": []}"#, "1:14"), ("{'films': []}", "1:2"),
            (#"{"films" []}"#, "1:10"), (#"{"films": ["#, "1:12"), (#"{"films": [,]}"#, "1:12"), ("null", "1:1"),
            (#"{"films": [{"id": "019b76da"#, "1:28"), ("{\"films\": [\"a\n\"]}", "1:14"),
            (#"{"films": [{}}]}"#, "1:12"), (#"{"films": nul}"#, "1:11"),
        ])
    func malformed(text: String, place: String) throws {
        let first = try #require(try refusal(text).first)
        #expect(first.hasPrefix("house.json:\(place): "), "\(first)")
    }

    @Test("An element that is too large is named, and what stands behind it is still read")
    func tooLarge() throws {
        let filler = String(repeating: " ", count: ElementReader.elementBytesMax)
        let lines = try refusal("{\"films\": [\n{\(filler)},\n{}]}")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("house.json:2:1: films[0]: one of at most"))
        #expect(lines[1].hasPrefix("house.json:3:1: films[1].id"))
    }

    @Test("At most a hundred faults are told at once")
    func bounded() throws {
        let text = "{\"films\": [\(Array(repeating: "{}", count: 5_000).joined(separator: ","))]}"
        #expect(try refusal(text).count == ImportDocument.problemsMax)
    }

    @Test("A file is taken exactly if it would be as a whole, whatever byte of it is another")
    func mutations() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let good = Array(
            "{\"media\": [{\"asset\":\"a\\\"\"}] , \"taxes\":null, \"films\":[{\(Self.film)},\t{}]\n,\"programmes\":[]}"
                .utf8)
        let signs = Array("{}[]\",:\\ \n019aé\u{1}".utf8)
        for _ in 0..<4_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = bytes.indices.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(signs.randomElement(using: &random) ?? 0, at: place)
                default: bytes[place] = signs.randomElement(using: &random) ?? 0
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let window = Int.random(in: 1...9, using: &random)
            #expect(Self.isTaken(bytes, window: window) == Self.isImportFile(bytes), "seed \(seed): \(text)")
        }
    }

    /// Element by element.
    private static func isTaken(_ bytes: [UInt8], window: Int) -> Bool {
        var reader = ElementReader(ImportText(path: "", bytes: bytes, window: window))
        while let found = try? reader.next() {
            if case .list = found { continue }
            guard case .element(let element) = found, (try? JSON.parse(element.bytes)) != nil else { return false }
        }
        return true
    }

    /// As a whole.
    private static func isImportFile(_ bytes: [UInt8]) -> Bool {
        guard let lists = (try? JSON.parse(bytes))?.objectValue?.members else { return false }
        return lists.allSatisfy {
            ImportDocument.lists.contains($0.key) && ($0.value.arrayValue != nil || $0.value.isNull)
        }
    }

    @Test("The elements come again byte for byte, in parts of a bounded size")
    func parts() async throws {
        let films = (0..<1_203).map { number in
            #"{"id": "019b76da-a800-7000-8f11-\#(100_000_000_000 + number)", "slug": "f-\#(number)", "title":"F" }"#
        }
        let file = try read("{\"films\": [\(films.joined(separator: ",\n"))], \"programmes\": []}", window: 1_000)
        #expect(file.count(of: ["films", "programmes"]) == 1_203)
        var bodies: [[UInt8]] = []
        var paths: [String] = []
        try await file.eachPart(of: ["films", "programmes"]) { part in
            #expect(part.count <= ImportPart.elementsMax)
            bodies.append(part.body)
            paths.append(part.pathInFile("films[2].slug"))
        }
        #expect(bodies.count == 3)
        #expect(bodies[0] == Array("{\"films\":[\(films[..<500].joined(separator: ","))]}".utf8))
        #expect(paths == ["films[2].slug", "films[502].slug", "films[1002].slug"])
        #expect(
            try file.lines([("films[1002].slug", "It is taken."), ("", "All is lost.")]) == [
                "house.json:1003:56: films[1002].slug: It is taken.", "house.json: All is lost.",
            ])
    }
}
