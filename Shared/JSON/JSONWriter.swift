/// Writes JSON straight into bytes, for hot paths. It places commas and escapes text; that objects and arrays are ended
/// and every key has its value is the caller's promise (checked in debug builds).
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private var depth = 0

    public init(capacity bytes: Int = 256) { self.bytes.reserveCapacity(bytes) }

    public mutating func beginObject() { begin(Byte.openBrace) }
    public mutating func endObject() { end(Byte.closeBrace) }
    public mutating func beginArray() { begin(Byte.openBracket) }
    public mutating func endArray() { end(Byte.closeBracket) }

    public mutating func key(_ key: String) {
        separate()
        quote(key)
        bytes.append(Byte.colon)
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    public mutating func null() { raw("null") }

    public mutating func integer(_ value: Int) { integer(Int64(value)) }

    public mutating func integer(_ value: Int64) {
        separate()
        digits(value)
    }

    /// Infinity and not-a-number have no form in JSON: they become null.
    public mutating func double(_ value: Double) {
        if value.isFinite { raw("\(value)") } else { null() }
    }

    /// A value that is JSON already.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// A value that is JSON already.
    public mutating func raw(_ json: String) { raw(json.utf8) }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for (key, value) in object.members {
                self.key(key)
                self.value(value)
            }
            endObject()
        }
    }

    public mutating func member(_ key: String, _ value: String) {
        self.key(key)
        string(value)
    }

    public mutating func member(_ key: String, _ value: Int64) {
        self.key(key)
        integer(value)
    }

    public mutating func member(_ key: String, _ value: Int) { member(key, Int64(value)) }

    public mutating func member(_ key: String, _ value: Bool) {
        self.key(key)
        bool(value)
    }
}

extension JSONWriter {
    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        assert(depth > 0, "more ends than beginnings")
        bytes.append(bracket)
        needsComma = true
        depth -= 1
    }

    private mutating func separate() {
        if needsComma { bytes.append(Byte.comma) }
        needsComma = true
    }

    private mutating func quote(_ text: String) {
        bytes.append(Byte.quote)
        if Self.standForThemselves(text.utf8.span) {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 {
                if Self.standsForItself(byte) { bytes.append(byte) } else { escape(byte) }
            }
        }
        bytes.append(Byte.quote)
    }

    /// Over the bytes where they lie: asked through the string's iterator, this was a tenth of what an order costs.
    private static func standForThemselves(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !standsForItself(bytes[index]) { return false }
        return true
    }

    private static func standsForItself(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != Byte.quote && byte != Byte.backslash
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(Byte.backslash)
        switch byte {
        case Byte.quote, Byte.backslash: bytes.append(byte)
        case Byte.lineFeed: bytes.append(UInt8(ascii: "n"))
        case Byte.carriageReturn: bytes.append(UInt8(ascii: "r"))
        case Byte.tab: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(Self.hexDigits[Int(byte >> 4)])
            bytes.append(Self.hexDigits[Int(byte & 0x0F)])
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// The digits from the last to the first, then turned round: no text is made.
    private mutating func digits(_ value: Int64) {
        if value < 0 { bytes.append(Byte.minus) }
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            bytes.append(Byte.zero + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}
