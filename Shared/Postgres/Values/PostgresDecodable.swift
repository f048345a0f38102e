/// A value that can be read from PostgreSQL's binary form (its `…send` function wrote it).
public protocol PostgresDecodable: Sendable {
    /// Throws `wrongType` for a type that is not one of its own: nothing is converted silently.
    init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError)

    /// What NULL is read as; nil where NULL is an error. Only `Optional` has one.
    static var postgresNull: Self? { get }
}

extension PostgresDecodable {
    public static var postgresNull: Self? { nil }
}

/// Why bytes from the server are not the value asked for. Says nothing of the value itself.
public struct PostgresDecodingError: Error, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    static func wrongType(_ type: PostgresType, _ wanted: Any.Type) -> Self {
        Self("it is \(type) and cannot be read as \(wanted)")
    }
    static func outOfRange(_ wanted: Any.Type) -> Self { Self("the number does not fit into \(wanted)") }
    static func malformed(_ type: PostgresType) -> Self { Self("the bytes are not a valid \(type)") }
    static var null: Self { Self("it is NULL") }
}

// MARK: - Scalars

extension Bool: PostgresDecodable {
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        guard type == .bool else { throw .wrongType(type, Self.self) }
        guard bytes.count == 1 else { throw .malformed(type) }
        self = bytes[0] != 0
    }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// Any of the integer types, if the number fits.
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        let number: Int64
        switch (type, bytes.count) {
        case (.int8, 8): number = bytes.bigEndian(Int64.self, at: 0)
        case (.int4, 4): number = Int64(bytes.bigEndian(Int32.self, at: 0))
        case (.int2, 2): number = Int64(bytes.bigEndian(Int16.self, at: 0))
        case (.int8, _), (.int4, _), (.int2, _): throw .malformed(type)
        default: throw .wrongType(type, Self.self)
        }
        guard let value = Self(exactly: number) else { throw .outOfRange(Self.self) }
        self = value
    }
}

extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension Int: PostgresDecodable {}

extension Double: PostgresDecodable {
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        switch (type, bytes.count) {
        case (.float8, 8): self = Double(bitPattern: bytes.bigEndian(UInt64.self, at: 0))
        case (.float4, 4): self = Double(Float(bitPattern: bytes.bigEndian(UInt32.self, at: 0)))
        case (.float8, _), (.float4, _): throw .malformed(type)
        default: throw .wrongType(type, Self.self)
        }
    }
}

extension String: PostgresDecodable {
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        switch type {
        case .text, .varchar, .bpchar, .name, .json: break
        default: throw .wrongType(type, Self.self)
        }
        guard let text = try? UTF8Span(validating: bytes) else { throw .malformed(type) }
        self.init(copying: text)
    }
}

// MARK: - NULL and arrays

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        self = .some(try Wrapped(postgres: bytes, type: type))
    }
    public static var postgresNull: Self? { .some(.none) }
}

/// One dimension; elements may be NULL if they are read as optionals.
extension Array: PostgresDecodable where Element: PostgresDecodable {
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        self.init()
        var cursor = ByteCursor(type: type)
        let dimensions = try cursor.next(Int32.self, in: bytes)
        _ = try cursor.next(Int32.self, in: bytes)
        let elementType = PostgresType(oid: try cursor.next(UInt32.self, in: bytes))
        guard elementType.arrayType == type else { throw .wrongType(type, Self.self) }
        guard dimensions != 0 else { return }
        guard dimensions == 1 else { throw PostgresDecodingError("it is an array of \(dimensions) dimensions") }
        let count = try cursor.next(Int32.self, in: bytes)
        _ = try cursor.next(Int32.self, in: bytes)
        // Four bytes each at the least: a wrong count must not reserve memory.
        guard count >= 0, Int(count) <= bytes.count / 4 else { throw .malformed(type) }
        reserveCapacity(Int(count))
        for _ in 0..<count {
            let length = try cursor.next(Int32.self, in: bytes)
            guard length >= 0 else {
                guard let null = Element.postgresNull else { throw PostgresDecodingError("an element is NULL") }
                append(null)
                continue
            }
            let range = try cursor.next(Int(length), in: bytes)
            append(try Element(postgres: bytes.extracting(range), type: elementType))
        }
    }
}

/// A position in bytes from the server that never runs over their end.
private struct ByteCursor {
    let type: PostgresType
    private var position = 0

    init(type: PostgresType) { self.type = type }

    mutating func next<Value: FixedWidthInteger>(
        _: Value.Type, in bytes: Span<UInt8>
    ) throws(PostgresDecodingError) -> Value {
        let size = Value.bitWidth / 8
        let range = try next(size, in: bytes)
        return bytes.bigEndian(Value.self, at: range.lowerBound)
    }

    mutating func next(_ count: Int, in bytes: Span<UInt8>) throws(PostgresDecodingError) -> Range<Int> {
        guard count <= bytes.count - position else { throw .malformed(type) }
        defer { position += count }
        return position..<position + count
    }
}

extension Span<UInt8> {
    func bigEndian<Value: FixedWidthInteger>(_: Value.Type, at offset: Int) -> Value {
        var value: Value = 0
        for index in offset..<offset + Value.bitWidth / 8 { value = value << 8 | Value(self[index]) }
        return value
    }
}
