/// A value with exactly one canonical text, which is also its JSON form.
public protocol TextValue: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Reads the text strictly.
    init(_ text: String) throws(InvalidValue)

    /// The canonical text.
    var text: String { get }
}

extension TextValue {
    public var description: String { text }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do throws(InvalidValue) {
            try self.init(text)
        } catch {
            throw error.decodingError(at: decoder.codingPath)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// An enumeration whose raw value is its JSON form; an unknown word is refused with the list of known ones.
public protocol WireEnumeration: RawRepresentable, CaseIterable, Hashable, Sendable, Codable where RawValue == String {}

extension WireEnumeration {
    public init(from decoder: any Decoder) throws {
        let word = try decoder.singleValueContainer().decode(String.self)
        guard let value = Self(rawValue: word) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidValue("\(InvalidValue.quoted(word)) is not known here; it is one of: \(known).")
                .decodingError(at: decoder.codingPath)
        }
        self = value
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isASCIILower: Bool { self >= 0x61 && self <= 0x7A }
    var isASCIIUpper: Bool { self >= 0x41 && self <= 0x5A }
    var isASCIILetter: Bool { isASCIILower || isASCIIUpper }
}
