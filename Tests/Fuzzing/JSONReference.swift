import Glibc
import JSON

/// A second reader of JSON, for comparison: it shares no line with the one it judges, and is made another way. First the
/// whole text becomes scalars, then tokens, then a tree on a stack of its own. It says yes or no, never why.
struct JSONReference {
    private enum Token {
        case open(isObject: Bool)
        case close(isObject: Bool)
        case comma, colon
        case leaf(JSONValue)
    }

    private enum Container {
        case array([JSONValue])
        case object([(String, JSONValue)], key: String?)
    }

    private enum Expected { case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing }

    static func read(_ bytes: [UInt8], depthMax: Int = 32, numberBytesMax: Int = 64) -> JSONValue? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lexer = JSONLexer(scalars: Array(text.unicodeScalars), numberBytesMax: numberBytesMax)
        guard let tokens = lexer.tokens() else { return nil }
        return tree(tokens.map(Self.token), depthMax)
    }

    private static func token(_ token: JSONLexer.Token) -> Token {
        switch token {
        case .sign("{"): .open(isObject: true)
        case .sign("["): .open(isObject: false)
        case .sign("}"): .close(isObject: true)
        case .sign("]"): .close(isObject: false)
        case .sign(","): .comma
        case .sign: .colon
        case .leaf(let value): .leaf(value)
        }
    }

    private static func tree(_ tokens: [Token], _ depthMax: Int) -> JSONValue? {
        var stack: [Container] = []
        var expected = Expected.value
        var root: JSONValue?
        func put(_ value: JSONValue) {
            switch stack.popLast() {
            case nil: root = value
            case .array(let elements): stack.append(.array(elements + [value]))
            case .object(let members, let key): stack.append(.object(members + [(key ?? "", value)], key: nil))
            }
            expected = stack.isEmpty ? .nothing : .commaOrEnd
        }
        for token in tokens {
            switch (token, expected) {
            case (.open(let isObject), .value), (.open(let isObject), .valueOrEnd):
                guard stack.count < depthMax else { return nil }
                stack.append(isObject ? .object([], key: nil) : .array([]))
                expected = isObject ? .keyOrEnd : .valueOrEnd
            case (.leaf(.string(let name)), .key), (.leaf(.string(let name)), .keyOrEnd):
                guard case .object(let members, nil) = stack.popLast(), !members.contains(where: { $0.0 == name })
                else { return nil }
                stack.append(.object(members, key: name))
                expected = .colon
            case (.colon, .colon): expected = .value
            case (.leaf(let value), .value), (.leaf(let value), .valueOrEnd): put(value)
            case (.comma, .commaOrEnd):
                if case .object = stack.last { expected = .key } else { expected = .value }
            case (.close(false), .commaOrEnd), (.close(false), .valueOrEnd):
                guard case .array(let elements) = stack.popLast() else { return nil }
                put(.array(elements))
            case (.close(true), .commaOrEnd), (.close(true), .keyOrEnd):
                guard case .object(let members, nil) = stack.popLast() else { return nil }
                put(.object(JSONObject(members)))
            default: return nil
            }
        }
        return expected == .nothing ? root : nil
    }
}

/// RFC 8259's words.
private struct JSONLexer {
    enum Token {
        case sign(Unicode.Scalar)
        case leaf(JSONValue)
    }

    let scalars: [Unicode.Scalar]
    let numberBytesMax: Int
    private var place = 0

    init(scalars: [Unicode.Scalar], numberBytesMax: Int) {
        self.scalars = scalars
        self.numberBytesMax = numberBytesMax
    }

    mutating func tokens() -> [Token]? {
        var tokens: [Token] = []
        while place < scalars.count {
            let scalar = scalars[place]
            switch scalar {
            case " ", "\t", "\n", "\r": place += 1
            case "{", "}", "[", "]", ",", ":":
                tokens.append(.sign(scalar))
                place += 1
            case "\"":
                guard let text = string() else { return nil }
                tokens.append(.leaf(.string(text)))
            default:
                guard let value = word() else { return nil }
                tokens.append(.leaf(value))
            }
        }
        return tokens
    }

    /// Whatever stands up to the next sign, blank or quote.
    private mutating func word() -> JSONValue? {
        let word = scalars[place...].prefix { !" \t\n\r{}[],:\"".unicodeScalars.contains($0) }
        place += word.count
        let text = String(String.UnicodeScalarView(word))
        switch text {
        case "true": return true
        case "false": return false
        case "null": return .null
        default: return number(text)
        }
    }

    private func number(_ text: String) -> JSONValue? {
        guard text.utf8.count <= numberBytesMax, text.allSatisfy(\.isASCII) else { return nil }
        let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let mantissaAndPower = unsigned.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let wholeAndFraction = mantissaAndPower[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = wholeAndFraction[0]
        guard isDigits(whole), whole == "0" || !whole.hasPrefix("0") else { return nil }
        if wholeAndFraction.count == 2, !isDigits(wholeAndFraction[1]) { return nil }
        if mantissaAndPower.count == 2 {
            let power = mantissaAndPower[1]
            guard isDigits(power.hasPrefix("+") || power.hasPrefix("-") ? power.dropFirst() : power) else { return nil }
        }
        guard mantissaAndPower.count == 2 || wholeAndFraction.count == 2 else {
            return Int64(text).map { .integer($0) }
        }
        let value = strtod(text, nil)
        let isNought = !mantissaAndPower[0].contains { ("1"..."9").contains($0) }
        return value.isFinite && (value != 0 || isNought) ? .double(value) : nil
    }

    private func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// UTF-16 as RFC 8259 §7 thinks of it: escapes give units, the units must pair up.
    private mutating func string() -> String? {
        var units: [UInt16] = []
        place += 1
        while place < scalars.count {
            let scalar = scalars[place]
            place += 1
            switch scalar {
            case "\"":
                return String(validating: units, as: UTF16.self)
            case "\\":
                guard let unit = escape() else { return nil }
                units.append(unit)
            case "\u{0}"..<"\u{20}": return nil
            default: units += Array(String(scalar).utf16)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        guard place < scalars.count else { return nil }
        let letter = scalars[place]
        place += 1
        switch letter {
        case "\"", "\\", "/": return UInt16(letter.value)
        case "b": return 8
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "u":
            let digits = scalars[place...].prefix(4)
            guard digits.count == 4, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
            place += 4
            let unit = UInt16(String(String.UnicodeScalarView(digits)), radix: 16) ?? 0
            return unit == 0 ? nil : unit
        default: return nil
        }
    }
}
