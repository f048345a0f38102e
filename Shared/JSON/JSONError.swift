/// Why a text was refused or a value could not be written, and where.
public struct JSONError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// More bytes than `JSONLimits.bytesMax`.
        case tooLarge
        /// More levels than `JSONLimits.depthMax`.
        case tooDeep
        /// The text ends before its value does.
        case unexpectedEnd
        /// Not RFC 8259's grammar, or something behind the value.
        case syntax
        /// A string with bytes that are not UTF-8.
        case invalidUTF8
        /// U+0000 in a string, raw or escaped.
        case nulCharacter
        /// Half of a surrogate pair.
        case loneSurrogate
        /// Two members of one object have the same key.
        case duplicateKey
        /// A number that its type does not hold.
        case numberOutOfRange
        /// A member that the model needs is not there.
        case missingKey
        /// For instance a number where the model has text.
        case wrongType
        /// Right type, but the model refuses the value.
        case invalidValue
        /// A model wrote something that has no JSON form.
        case unsupported
    }

    public let kind: Kind
    /// Line of the text, from 1; 0 for an error of writing.
    public let line: Int
    /// Character (Unicode scalar) in the line, from 1; 0 for an error of writing.
    public let column: Int
    /// For instance `films[3].awards[0].body`; empty for the whole text.
    public let path: String
    /// What is wrong, as half a sentence without its place.
    public let message: String

    init(_ kind: Kind, line: Int = 0, column: Int = 0, path: JSONPath, _ message: String) {
        self.kind = kind
        self.line = line
        self.column = column
        self.path = path.description
        self.message = Self.printable(message, scalarsMax: 240)
    }
}

extension JSONError: CustomStringConvertible {
    /// All in one sentence: `line 4, column 31, films[3].awards[0].body: text expected, a number found`.
    public var description: String {
        var place = line > 0 ? "line \(line), column \(column)" : ""
        if !path.isEmpty { place += place.isEmpty ? path : ", \(path)" }
        return place.isEmpty ? message : "\(place): \(message)"
    }

    /// Text from outside goes into logs and answers: no control characters, and not more than a glance of it.
    static func printable(_ text: String, scalarsMax: Int) -> String {
        let scalars = text.unicodeScalars
        var kept = String.UnicodeScalarView()
        for scalar in scalars.prefix(scalarsMax) {
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            kept.append(isControl ? "\u{FFFD}" : scalar)
        }
        return scalars.count > scalarsMax ? String(kept) + "…" : String(kept)
    }
}

/// The way from the root of a text to a value.
struct JSONPath: Sendable, Equatable, CustomStringConvertible {
    enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
    }

    var steps: [Step] = []

    func appending(_ step: Step) -> JSONPath { JSONPath(steps: steps + [step]) }

    /// Plain keys as `films[3].title`, others as `prices["in euros"]`.
    var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .element(let index): text += "[\(index)]"
            case .member(let key) where Self.isPlain(key): text += text.isEmpty ? key : ".\(key)"
            case .member(let key): text += "[\"\(JSONError.printable(key, scalarsMax: 64))\"]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        guard !key.isEmpty, key.utf8.count <= 64 else { return false }
        return key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "$"):
                true
            default: false
            }
        }
    }
}

extension JSONPath {
    init(codingPath: [any CodingKey]) {
        steps = codingPath.map { key in
            if let index = key.intValue, key is IndexKey { .element(index) } else { .member(key.stringValue) }
        }
    }

    var codingPath: [any CodingKey] {
        steps.map { step in
            switch step {
            case .element(let index): IndexKey(index)
            case .member(let name): NameKey(name)
            }
        }
    }
}

/// The coding key of an array's element.
struct IndexKey: CodingKey {
    let index: Int
    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }
    var intValue: Int? { index }
    var stringValue: String { "\(index)" }
}

/// The coding key of a member whose name is known at run time only.
struct NameKey: CodingKey {
    let stringValue: String
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { stringValue = "\(intValue)" }
    var intValue: Int? { nil }
}
