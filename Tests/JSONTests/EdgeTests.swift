import JSON
import Testing

@Suite("Edges")
struct EdgeTests {
    /// A bit of everything: escapes, surrogate pairs, all kinds of numbers, empty and nested containers, blanks.
    private static let rich = """
        {"title": "Madres “paralelas” \\"\\u00e9\\ud83c\\udfac\\n🎬", "year": 2021, "é": -0.5e-3,\r
        \t"awards": [{"body": "Goya®", "won": [true, false, null]}, {}, []], "": {"a": {"b": [[1], [2, 3E+2]]}}}
        """

    @Test("A text cut at any byte is refused by name, at the place where it was cut or in the word it was cut in")
    func truncated() throws {
        let whole = Array(Self.rich.utf8)
        #expect(throws: Never.self) { try JSON.parse(whole) }
        for length in 0..<whole.count {
            let error = try #require(throws: JSONError.self, "cut at byte \(length)") {
                try JSON.parse(Array(whole[..<length]))
            }
            // Half a character is not UTF-8, and half a surrogate pair has lost its other half.
            #expect(
                [.unexpectedEnd, .invalidUTF8, .loneSurrogate].contains(error.kind), "cut at byte \(length): \(error)")
            #expect(error.line >= 1 && error.column >= 1)
        }
    }

    @Test("A byte put in or left out anywhere never ends the process, and a refusal has its place")
    func disturbed() {
        let whole = Array(Self.rich.utf8)
        for place in whole.indices {
            for byte: UInt8 in [0, 0x0A, 0x22, 0x2C, 0x30, 0x5C, 0x7B, 0x80, 0xC3, 0xFF] {
                var more = whole
                more.insert(byte, at: place)
                var less = whole
                less.remove(at: place)
                for bytes in [more, less] {
                    do throws(JSONError) {
                        _ = try JSON.parse(bytes)
                    } catch {
                        #expect(error.line >= 1 && error.column >= 1 && !error.message.isEmpty)
                    }
                }
            }
        }
    }

    @Test(
        "A number at the edge comes back to the last bit",
        arguments: [
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("-0", .integer(0)),
            ("9007199254740993", .integer(9_007_199_254_740_993)), ("9223372036854775807.0", .double(0x1p63)),
            ("9223372036854775808.0", .double(0x1p63)), ("1e308", .double(1e308)),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
            ("1.7976931348623158e308", .double(.greatestFiniteMagnitude)),
            ("-1.7976931348623157e308", .double(-.greatestFiniteMagnitude)),
            ("5e-324", .double(.leastNonzeroMagnitude)), ("2.5e-324", .double(.leastNonzeroMagnitude)),
            ("2.2250738585072014e-308", .double(.leastNormalMagnitude)), ("0.1", .double(0.1)), ("0.3", .double(0.3)),
            ("-0.0", .double(-0.0)), ("0e0", .double(0)), ("0E-999999", .double(0)), ("-0e5", .double(-0.0)),
            ("123456789012345678901234567890.0", .double(1.2345678901234568e29)),
            ("0.1000000000000000055511151231257827021181583404541015625", .double(0.1)),
        ] as [(String, JSONValue)])
    func numbers(text: String, value: JSONValue) throws {
        let read = try JSON.parse(Array(text.utf8))
        #expect(read == value)
        if case .double(let number) = value { #expect(read.doubleValue?.sign == number.sign) }
        let again = try JSON.parse(JSON.encode(read))
        #expect(again == read && again.doubleValue?.sign == read.doubleValue?.sign)
    }

    @Test(
        "A number that its type does not hold is refused with its place, never rounded to infinity or to nought",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999999999",
            "1e309", "-1e309", "1E400", "1.7976931348623159e308", "1e999999999999", "2e-324", "1e-400", "-1E-999999999",
            "0.\(String(repeating: "0", count: 60))1e-300", String(repeating: "1", count: 65),
            "1.\(String(repeating: "1", count: 100_000))", "1e\(String(repeating: "9", count: 100_000))",
        ])
    func outOfRange(text: String) throws {
        let error = try #require(throws: JSONError.self) { try JSON.parse(Array("{\"a\":\n[0,\(text)]}".utf8)) }
        #expect(error.kind == .numberOutOfRange)
        #expect(error.line == 2 && error.column == 4)
        #expect(error.path == "a[1]")
    }

    @Test(
        "A key that is there twice is refused, however it is spelt and however many stand between",
        arguments: [1, 2, 8, 9, 40], [#""k""#, #""\u006b""#, #""\u006B""#])
    func duplicates(between: Int, spelling: String) throws {
        let others = (0..<between).map { "\"x\($0)\":\($0)" }.joined(separator: ",")
        let text = "[{\"k\":1,\(others),\n\(spelling):2}]"
        let error = try #require(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error.kind == .duplicateKey)
        #expect(error.line == 2 && error.column == 1)
        #expect(error.path == "[0].k")
    }

    /// Every dictionary behind the reader would take the two for one: the sign of the kelvin is a K to Swift.
    @Test("Two keys that Swift calls equal are the same key", arguments: [#""\u212a""#, "\"\u{212A}\"", #""\u004b""#])
    func equalKeys(spelling: String) throws {
        let text = "{\"K\":1,\(spelling):2}"
        #expect(try #require(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }.kind == .duplicateKey)
    }

    @Test("The same key in two objects, or in one within the other, is no repetition")
    func noDuplicates() throws {
        for text in [#"[{"k":1},{"k":2}]"#, #"{"k":{"k":{"k":1}}}"#, #"{"k":1,"K":2,"k ":3}"#] {
            #expect(throws: Never.self) { try JSON.parse(Array(text.utf8)) }
        }
    }

    @Test(
        "A byte order mark has no place, in whichever encoding",
        arguments: [
            [0xEF, 0xBB, 0xBF, 0x31], [0xFE, 0xFF, 0x00, 0x31], [0xFF, 0xFE, 0x31, 0x00],
            [0x00, 0x00, 0xFE, 0xFF, 0x00, 0x00, 0x00, 0x31], [0x31, 0xEF, 0xBB, 0xBF], [0x00, 0x31], [0x31, 0x00],
        ] as [[UInt8]])
    func byteOrderMarks(bytes: [UInt8]) throws {
        #expect(try #require(throws: JSONError.self) { try JSON.parse(bytes) }.kind == .syntax)
    }

    @Test(
        "Half of a surrogate pair is refused wherever it stands",
        arguments: [
            #""\ud83c""#, #""\udfac""#, #""\udfac\ud83c""#, #""\ud83cx\udfac""#, #""\ud83c\\udfac""#,
            #""\uD83C\u0041""#,
            #""\ud83c\ud83c\udfac""#, #"{"\ud83c":1}"#, #"["","\udc00"]"#,
        ])
    func surrogates(text: String) throws {
        #expect(try #require(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }.kind == .loneSurrogate)
    }

    @Test("What is deep or large is refused by name before it costs anything")
    func costs() throws {
        func kind(_ bytes: [UInt8]) throws -> JSONError.Kind {
            try #require(throws: JSONError.self) { try JSON.parse(bytes) }.kind
        }
        for opening in ["[", #"{"a":"#] {
            #expect(try kind(Array(String(repeating: opening, count: 33).utf8)) == .tooDeep)
            #expect(try kind(Array(String(repeating: opening, count: 40_000).utf8)) == .tooDeep)
        }
        #expect(try kind([UInt8](repeating: UInt8(ascii: " "), count: 256 * 1024 + 1)) == .tooLarge)
        #expect(try kind([UInt8](repeating: UInt8(ascii: "["), count: 1 << 24)) == .tooLarge)
        #expect(try kind([UInt8](repeating: UInt8(ascii: " "), count: 256 * 1024)) == .unexpectedEnd)
    }
}
