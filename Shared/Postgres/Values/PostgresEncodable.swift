internal import Glibc

/// A value that can be bound to a statement, in PostgreSQL's binary form (its `…recv` function reads it).
public protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }

    /// Appends the binary form. Not called for NULL.
    func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError)

    /// Only `Optional` says yes.
    var isPostgresNull: Bool { get }
}

extension PostgresEncodable {
    public var isPostgresNull: Bool { false }
}

/// Why a value can't be bound. Says nothing of the value itself.
public struct PostgresEncodingError: Error, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    /// PostgreSQL's text can't hold it, and C strings end there.
    static var containsNUL: Self { Self("a text with the character U+0000 cannot be stored") }
    static var tooLong: Self { Self("a value is longer than 2 GiB") }
    static var tooManyParameters: Self { Self("more than \(SQL.parametersMax) values are bound") }
    static func noArray(of type: PostgresType) -> Self { Self("there is no array of \(type) here") }
}

// MARK: - Scalars

extension Bool: PostgresEncodable {
    public static var postgresType: PostgresType { .bool }
    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension Int16: PostgresEncodable {
    public static var postgresType: PostgresType { .int2 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int32: PostgresEncodable {
    public static var postgresType: PostgresType { .int4 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int64: PostgresEncodable {
    public static var postgresType: PostgresType { .int8 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int: PostgresEncodable {
    public static var postgresType: PostgresType { .int8 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
}

extension Double: PostgresEncodable {
    public static var postgresType: PostgresType { .float8 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
}

extension String: PostgresEncodable {
    public static var postgresType: PostgresType { .text }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        let start = bytes.count
        bytes += utf8
        guard !bytes.containsNUL(from: start) else { throw .containsNUL }
    }
}

// MARK: - NULL and arrays

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
    public var isPostgresNull: Bool { self?.isPostgresNull ?? true }
    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        guard let value = self else { return }
        try value.encode(into: &bytes)
    }
}

/// One dimension; elements may be NULL (`[Int64?]`).
extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// An array without an array type in PostgreSQL (one of arrays) is refused by `encode`.
    public static var postgresType: PostgresType { Element.postgresType.arrayType ?? PostgresType(oid: 0) }

    /// array_send: dimensions, whether there are NULLs, the elements' type, count, lower bound, the elements.
    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        let type = Element.postgresType
        guard type.arrayType != nil else { throw .noArray(of: type) }
        guard let count = Int32(exactly: count) else { throw .tooLong }
        bytes.append(bigEndian: Int32(isEmpty ? 0 : 1))
        let flags = bytes.count
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: type.oid)
        guard !isEmpty else { return }
        bytes.append(bigEndian: count)
        bytes.append(bigEndian: Int32(1))
        for element in self {
            guard !element.isPostgresNull else {
                bytes[flags + 3] = 1
                bytes.append(bigEndian: Int32(-1))
                continue
            }
            let start = bytes.count
            bytes.append(bigEndian: Int32(0))
            try element.encode(into: &bytes)
            guard let length = Int32(exactly: bytes.count - start - 4) else { throw .tooLong }
            bytes.write(bigEndian: length, at: start)
        }
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Over the four bytes at `position`.
    mutating func write(bigEndian value: Int32, at position: Int) {
        for offset in 0..<4 { self[position + offset] = UInt8(truncatingIfNeeded: value >> Int32(24 - 8 * offset)) }
    }

    /// Texts are looked through by the library: they are most of what is sent.
    func containsNUL(from start: Int) -> Bool {
        unsafe withUnsafeBytes { buffer in
            guard start < buffer.count, let base = buffer.baseAddress else { return false }
            return unsafe memchr(base + start, 0, buffer.count - start) != nil
        }
    }
}
