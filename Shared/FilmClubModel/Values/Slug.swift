internal import FoundationEssentials

/// A readable name in a URL or a folder: lower-case letters and digits, joined by single hyphens (`parallel-mothers`).
///
/// It is safe as one path component, and never looks like an id.
public struct Slug: TextValue {
    static let bytesMax = 100

    public let text: String

    public init(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWellFormed = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0.isASCIILower || $0.isASCIIDigit }
        }
        guard isWellFormed, text.utf8.count <= Self.bytesMax else {
            throw InvalidValue(
                "\(InvalidValue.quoted(text)) is no slug: lower-case letters and digits joined by hyphens, "
                    + "at most \(Self.bytesMax) characters.")
        }
        guard UUID(canonical: text) == nil else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no slug: it looks like an id.")
        }
        self.text = text
    }
}
