/// JSON in and out, strictly.
///
/// What comes from outside is read once, whole, and refused unless it is exactly what RFC 8259 describes: no duplicate
/// key, no U+0000 (PostgreSQL cuts text at it), no lone surrogate, no number that would lose its value.
public enum JSON {
    /// Reads a text into a tree that keeps the order of its members.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSONValue {
        try JSONDocument(parsing: bytes, limits: limits).root.value
    }

    /// Reads a text into a model. Every failure, also one that the model's own `init(from:)` throws, names line, column
    /// and path. Members the model does not know are passed over.
    public static func decode<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], limits: JSONLimits = .standard,
        userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(JSONError) -> T {
        try JSONDocument(parsing: bytes, limits: limits).root.decode(type, userInfo: userInfo)
    }

    /// Writes a model compactly. The same value always gives the same bytes: members stand in the order in which the
    /// model encodes them, dictionaries by key and sets by their elements' bytes.
    public static func encode<T: Encodable>(
        _ value: T, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(JSONError) -> [UInt8] {
        let tree = try EncodedElement.encoding(value, userInfo: userInfo, trail: .root)
        var writer = JSONWriter(capacity: 512)
        try tree.write(to: &writer)
        return writer.bytes
    }

    /// Writes a tree compactly.
    public static func encode(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.value(value)
        return writer.bytes
    }
}

/// What a text may cost at the most. Over a limit it is refused by that limit's name.
public struct JSONLimits: Sendable, Equatable {
    /// Size of the whole text.
    public var bytesMax: Int
    /// Objects and arrays within each other.
    public var depthMax: Int
    /// Length of one number; no `Double` needs more.
    public var numberBytesMax: Int

    /// Deeper than this nobody may ask for: trees are walked by recursion.
    static let depthCeiling = 256

    /// What one event or one request may be (256 KiB).
    public static let standard = JSONLimits()

    public init(bytesMax: Int = 256 * 1024, depthMax: Int = 32, numberBytesMax: Int = 64) {
        self.bytesMax = min(bytesMax, Int(Int32.max))
        self.depthMax = min(depthMax, Self.depthCeiling)
        self.numberBytesMax = numberBytesMax
    }
}
