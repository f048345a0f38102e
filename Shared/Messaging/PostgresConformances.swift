public import FilmClubModel
internal import FoundationEssentials
public import Postgres

// The model's values as columns. Every service stores them, so this is said once, in the module that all of
// them share.

extension Identifier: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .uuid }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        uuid.encode(into: &bytes)
    }

    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        try self.init(UUID(postgres: bytes, type: type))
    }
}

extension Instant: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .timestamptz }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) {
        try PostgresTimestamp(microsecondsSince1970: microsecondsSince1970).encode(into: &bytes)
    }

    /// `infinity` and what lies outside the years 1 to 9999 is refused.
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        let timestamp = try PostgresTimestamp(postgres: bytes, type: type)
        do {
            try self.init(microsecondsSince1970: timestamp.microsecondsSince1970)
        } catch {
            throw PostgresDecodingError(error.description)
        }
    }
}

/// The model's short texts (territory, time zone, slug…) are text columns; what is stored there was checked, and
/// is checked again when it is read.
extension PostgresEncodable where Self: TextValue {
    public static var postgresType: PostgresType { .text }

    public func encode(into bytes: inout [UInt8]) throws(PostgresEncodingError) { try text.encode(into: &bytes) }
}

extension PostgresDecodable where Self: TextValue {
    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        let text = try String(postgres: bytes, type: type)
        do {
            try self.init(text)
        } catch {
            throw PostgresDecodingError(error.description)
        }
    }
}

extension Territory: PostgresEncodable, PostgresDecodable {}
extension TimeZoneName: PostgresEncodable, PostgresDecodable {}
extension DomainName: PostgresEncodable, PostgresDecodable {}
extension Slug: PostgresEncodable, PostgresDecodable {}
extension ServiceName: PostgresEncodable, PostgresDecodable {}
