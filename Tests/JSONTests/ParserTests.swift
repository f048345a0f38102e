import JSON
import Testing

private func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSONValue {
    try JSON.parse(Array(text.utf8), limits: limits)
}

/// A text that must be refused: by which name, and where.
struct Refused: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    let kind: JSONError.Kind
    let line: Int
    let column: Int
    let path: String

    init(_ text: String, _ kind: JSONError.Kind, _ line: Int, _ column: Int, _ path: String = "") {
        self.init(bytes: Array(text.utf8), kind, line, column, path)
    }

    init(bytes: [UInt8], _ kind: JSONError.Kind, _ line: Int, _ column: Int, _ path: String = "") {
        self.text = bytes
        self.kind = kind
        self.line = line
        self.column = column
        self.path = path
    }

    var testDescription: String { "\(String(decoding: text.prefix(40), as: UTF8.self)): \(kind)" }

    static let grammar: [Refused] = [
        Refused("", .unexpectedEnd, 1, 1), Refused("  \n ", .unexpectedEnd, 2, 2), Refused("nul", .unexpectedEnd, 1, 4),
        Refused("nulL", .syntax, 1, 1), Refused("True", .syntax, 1, 1), Refused("NaN", .syntax, 1, 1),
        Refused("Infinity", .syntax, 1, 1), Refused("'a'", .syntax, 1, 1), Refused("1 2", .syntax, 1, 3),
        Refused("{}}", .syntax, 1, 3), Refused("\u{FEFF}{}", .syntax, 1, 1), Refused("\u{A0}1", .syntax, 1, 1),
        Refused("/* c */1", .syntax, 1, 1), Refused("[1,]", .syntax, 1, 4, "[1]"),
        Refused("[,1]", .syntax, 1, 2, "[0]"),
        Refused("[1 2]", .syntax, 1, 4, "[1]"), Refused("[", .unexpectedEnd, 1, 2, "[0]"),
        Refused("[1", .unexpectedEnd, 1, 3, "[1]"),
        Refused("]", .syntax, 1, 1), Refused("[1}", .syntax, 1, 3, "[1]"), Refused("{", .unexpectedEnd, 1, 2),
        Refused("{1:2}", .syntax, 1, 2), Refused("{a:1}", .syntax, 1, 2), Refused(#"{"a"}"#, .syntax, 1, 5, "a"),
        Refused(#"{"a":}"#, .syntax, 1, 6, "a"), Refused(#"{"a":1,}"#, .syntax, 1, 8),
        Refused(#"{"a":1 "b":2}"#, .syntax, 1, 8),
        Refused(#"{"a":[{"b":tru}]}"#, .syntax, 1, 12, "a[0].b"),
        Refused("{\n\"a\": [\n  1,\n  x]}", .syntax, 4, 3, "a[1]"),
    ]

    static let numbers: [Refused] = [
        Refused("01", .syntax, 1, 1), Refused("-01", .syntax, 1, 1), Refused("-", .unexpectedEnd, 1, 2),
        Refused("+1", .syntax, 1, 1),
        Refused(".5", .syntax, 1, 1), Refused("1.", .unexpectedEnd, 1, 3), Refused("[1.]", .syntax, 1, 2, "[0]"),
        Refused("[1e]", .syntax, 1, 2, "[0]"), Refused("1e+", .unexpectedEnd, 1, 4), Refused("0x1", .syntax, 1, 2),
        Refused("[-a]", .syntax, 1, 2, "[0]"), Refused("1.e5", .syntax, 1, 1), Refused("--1", .syntax, 1, 1),
        Refused("9223372036854775808", .numberOutOfRange, 1, 1),
        Refused("-9223372036854775809", .numberOutOfRange, 1, 1),
        Refused(#"{"n":99999999999999999999}"#, .numberOutOfRange, 1, 6, "n"),
        Refused("1e309", .numberOutOfRange, 1, 1),
        Refused("[0,-1e999999999999]", .numberOutOfRange, 1, 4, "[1]"), Refused("1e-400", .numberOutOfRange, 1, 1),
        Refused("1." + String(repeating: "0", count: 63), .numberOutOfRange, 1, 1),
    ]

    static let strings: [Refused] = [
        Refused("\"", .unexpectedEnd, 1, 2), Refused(#""\"#, .unexpectedEnd, 1, 3),
        Refused(#""\u12"#, .unexpectedEnd, 1, 6),
        Refused(#""\u12G4""#, .syntax, 1, 2), Refused(#""\x41""#, .syntax, 1, 2), Refused("\"a\nb\"", .syntax, 1, 3),
        Refused("\"a\tb\"", .syntax, 1, 3), Refused("\"\u{1F}\"", .syntax, 1, 2),
        Refused("\"a\u{0}\"", .nulCharacter, 1, 3),
        Refused(#"["ñ\u0000"]"#, .nulCharacter, 1, 4, "[0]"), Refused(#"{"\u0000":1}"#, .nulCharacter, 1, 3),
        Refused(#""\ud800""#, .loneSurrogate, 1, 2), Refused(#""\udc00""#, .loneSurrogate, 1, 2),
        Refused(#""\ud800\ud800""#, .loneSurrogate, 1, 2), Refused(#""\ud800\n""#, .loneSurrogate, 1, 2),
        Refused(#""\ud800x""#, .loneSurrogate, 1, 2),
    ]

    static let utf8: [Refused] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82],
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x8E], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28],
    ].map { Refused(bytes: [UInt8(ascii: "\"")] + $0 + [UInt8(ascii: "\"")], .invalidUTF8, 1, 2) }

    static let keys: [Refused] = [
        Refused(#"{"a":1,"a":1}"#, .duplicateKey, 1, 8, "a"),
        Refused(#"{"a":1,"b":2,"\u0061":3}"#, .duplicateKey, 1, 14, "a"),
        Refused("{\"x\":[0,{\"é\":1,\n\"e\u{301}\":2}]}", .duplicateKey, 2, 1, "x[1][\"e\u{301}\"]"),
        Refused(#"{"":1,"":2}"#, .duplicateKey, 1, 7, #"[""]"#),
    ]
}

@Suite("Strict reading")
struct ParserTests {
    @Test(
        "What is not JSON, or not safe to take, is refused by name with its place",
        arguments: Refused.grammar + Refused.numbers + Refused.strings + Refused.utf8 + Refused.keys)
    func refused(case refused: Refused) throws {
        let error = try #require(throws: JSONError.self) { try JSON.parse(refused.text) }
        #expect(error.kind == refused.kind)
        #expect("\(error.line):\(error.column)" == "\(refused.line):\(refused.column)")
        #expect(error.path == refused.path)
    }

    @Test(
        "What is JSON is read",
        arguments: [
            ("null", .null), (" true\r\n", true), ("false", false), ("0", 0), ("-0", 0),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("1.0", .double(1)), ("-0.0", .double(-0.0)),
            ("1e2", .double(100)), ("1E+2", .double(100)),
            ("5e-324", .double(.leastNonzeroMagnitude)), ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
            ("0e999", .double(0)), ("123456789012345678901234567890.5", .double(123456789012345678901234567890.5)),
            (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e1\u00E1á""#, "ááá"),
            (#""\ud83c\udfac🎬\uFFFF""#, "🎬🎬\u{FFFF}"),
            ("\"\u{7F}\u{80}\u{7FF}\u{800}\u{10FFFF}\"", "\u{7F}\u{80}\u{7FF}\u{800}\u{10FFFF}"),
            ("[]", []), ("[ ]", []), ("{ }", [:]), ("[[],{}]", [[], [:]]), (#"{"":0}"#, ["": 0]),
            (#"{"b":1,"a":[2,{"c":null}]}"#, ["b": 1, "a": [2, ["c": .null]]]),
        ] as [(String, JSONValue)])
    func accepted(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test("Members keep their order")
    func order() throws {
        let object = try #require(try parse(#"{"z":1,"a":2,"m":3}"#).objectValue)
        #expect(object.keys == ["z", "a", "m"])
        #expect(object != ["a": 2, "m": 3, "z": 1])
    }

    @Test("Texts are the same only byte for byte: two ways to write an accent are two texts")
    func byteForByte() throws {
        #expect(try parse("\"\u{E9}\"") != parse("\"e\u{301}\""))
        #expect(try parse("\"e\u{301}\"").stringValue.map { Array($0.utf8) } == [0x65, 0xCC, 0x81])
    }

    @Test("Depth is bounded: at the limit it is read, one deeper it is refused, a million deep it ends nothing")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try parse(nested(32)) }
        #expect(throws: JSONError.self) { try parse(nested(33)) }
        let limits = JSONLimits(bytesMax: 1 << 22, depthMax: 1 << 20)
        let error = #expect(throws: JSONError.self) { try parse(nested(1_000_000), limits: limits) }
        #expect(error?.kind == .tooDeep)
        let objects = String(repeating: #"{"a":"#, count: 40)
        #expect(#expect(throws: JSONError.self) { try parse(objects) }?.kind == .tooDeep)
    }

    @Test("Size is bounded: at the limit it is read, a byte more is refused")
    func size() throws {
        let text = "\"" + String(repeating: "x", count: 98) + "\""
        #expect(throws: Never.self) { try parse(text, limits: JSONLimits(bytesMax: 100)) }
        #expect(
            #expect(throws: JSONError.self) { try parse(text, limits: JSONLimits(bytesMax: 99)) }?.kind == .tooLarge)
    }

    @Test("The most members and elements that fit are read without going slow")
    func wide() throws {
        let members = (0..<20_000).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(try parse("{\(members)}").objectValue?.count == 20_000)
        let elements = String(repeating: "0,", count: 120_000) + "0"
        #expect(try parse("[\(elements)]").arrayValue?.count == 120_001)
    }

    @Test("An error shows no more than a glance of what came from outside, and no control characters")
    func safeErrors() throws {
        let key = "\u{1B}[31m" + String(repeating: "k", count: 10_000)
        let escaped = key.replacingEscape()
        let error = try #require(throws: JSONError.self) { try parse("{\"\(escaped)\":{\"a\":x}}") }
        #expect(error.path.utf8.count < 100)
        #expect(!error.description.unicodeScalars.contains("\u{1B}"))
    }
}

extension String {
    /// The escape character as JSON writes it.
    fileprivate func replacingEscape() -> String {
        unicodeScalars.map { $0 == "\u{1B}" ? "\\u001b" : String($0) }.joined()
    }
}
