public import FoundationEssentials

/// A timestamptz.
public struct PostgresTimestamp: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    /// Of 1970-01-01T00:00:00Z.
    public var microsecondsSince1970: Int64

    public init(microsecondsSince1970: Int64) { self.microsecondsSince1970 = microsecondsSince1970 }

    /// PostgreSQL counts from 2000-01-01.
    private static let epochOffset: Int64 = 946_684_800 * 1_000_000
    /// From 4713 BC to AD 294276, as PostgreSQL's documentation has it ("Date/Time Types").
    private static let storable: Range<Int64> = -211_813_488_000_000_000..<9_223_371_331_200_000_000

    public static var postgresType: PostgresType { .timestamptz }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        let (value, overflow) = microsecondsSince1970.subtractingReportingOverflow(Self.epochOffset)
        guard !overflow, Self.storable.contains(value) else {
            throw PostgresEncodingError("a time lies outside of what timestamptz can hold")
        }
        bytes.append(bigEndian: value)
    }

    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        guard type == .timestamptz else { throw .wrongType(type, Self.self) }
        guard bytes.count == 8 else { throw .malformed(type) }
        let value = bytes.bigEndian(Int64.self, at: 0)
        // The ends of the range are PostgreSQL's infinities.
        guard value != .max, value != .min else { throw PostgresDecodingError("it is infinity") }
        let (sum, overflow) = value.addingReportingOverflow(Self.epochOffset)
        guard !overflow else { throw .outOfRange(Self.self) }
        microsecondsSince1970 = sum
    }
}

/// Raw bytes, as bytea. (`[UInt8]` itself would be an array of numbers.)
public struct Bytea: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static var postgresType: PostgresType { .bytea }
    public func encode(into bytes: inout [UInt8]) { bytes += self.bytes }

    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        guard type == .bytea else { throw .wrongType(type, Self.self) }
        self.bytes = [UInt8](copying: bytes)
    }
}

/// A JSON document as its bytes, bound as json (which keeps them as they were written). A jsonb column takes it
/// too; so does a parameter with `::jsonb`.
public struct JSONText: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static var postgresType: PostgresType { .json }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        guard !self.bytes.containsNUL(from: 0) else { throw .containsNUL }
        bytes += self.bytes
    }

    /// From json, jsonb or text.
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        switch type {
        case .json, .text: self.bytes = [UInt8](copying: bytes)
        case .jsonb:
            // jsonb_send: the version, then the document as text.
            guard bytes.count > 1, bytes[0] == 1 else { throw .malformed(type) }
            self.bytes = [UInt8](copying: bytes.extracting(droppingFirst: 1))
        default: throw .wrongType(type, Self.self)
        }
    }
}

/// As `JSONText`, bound as jsonb: for arrays of them (`unnest(\(bodies))` into a jsonb column) and for operators.
public struct JSONBText: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static var postgresType: PostgresType { .jsonb }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        guard !self.bytes.containsNUL(from: 0) else { throw .containsNUL }
        bytes.append(1)
        bytes += self.bytes
    }

    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        self.bytes = try JSONText(postgres: bytes, type: type).bytes
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .uuid }

    public func encode(into bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: uuid) { unsafe bytes.append(contentsOf: $0) }
    }

    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        guard type == .uuid else { throw .wrongType(type, Self.self) }
        guard bytes.count == 16 else { throw .malformed(type) }
        self.init(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
                bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
    }
}

extension [UInt8] {
    init(copying bytes: Span<UInt8>) {
        unsafe self.init(unsafeUninitializedCapacity: bytes.count) { buffer, count in
            for index in bytes.indices { unsafe buffer[index] = bytes[index] }
            count = bytes.count
        }
    }
}
