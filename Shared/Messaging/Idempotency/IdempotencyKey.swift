public import FilmClubModel
internal import FoundationEssentials

/// The value of an `Idempotency-Key` header (IETF draft-ietf-httpapi-idempotency-key-header): a quoted string of
/// RFC 8941, or the same without its quotes, as most clients send it. Either way it is the same key.
public struct IdempotencyKey: Hashable, Sendable {
    public static let charactersMax = 200

    public let text: String

    /// Nil for what is no key: empty, too long, or with other than visible ASCII characters.
    public init?(header: String) {
        var text = Substring(header)
        if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        // Neither quote nor backslash within: nobody needs them, and then both forms mean the same.
        let isWellFormed = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        guard (1...Self.charactersMax).contains(text.utf8.count), isWellFormed else { return nil }
        self.text = String(text)
    }
}

/// A key within its scope: two institutions may use the same one.
public struct ScopedKey: Hashable, Sendable {
    public let institution: InstitutionID
    public let key: IdempotencyKey

    public init(institution: InstitutionID, key: IdempotencyKey) {
        self.institution = institution
        self.key = key
    }

    /// An operator's key for what belongs to no institution: the id of all zeros is nobody's.
    public static func house(_ key: IdempotencyKey) -> ScopedKey {
        ScopedKey(institution: InstitutionID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))), key: key)
    }

    /// What the advisory lock of the key is hashed from.
    public var lockName: String { "\(institution)/\(key.text)" }
}

/// An answer as it was given, and will be given again byte for byte.
public struct StoredAnswer: Hashable, Sendable {
    public let status: Int
    public let location: String
    public let body: [UInt8]

    public init(status: Int, location: String, body: [UInt8]) {
        self.status = status
        self.location = location
        self.body = body
    }
}
