/// The name of a zone in the IANA time-zone database (`America/Chicago`): its syntax only.
///
/// Whether the zone exists is known to PostgreSQL's zone data, which also computes with it; a name of this form is
/// safe to bind there, and is neither an abbreviation with an offset nor a path.
public struct TimeZoneName: TextValue {
    static let bytesMax = 64

    public let text: String

    public init(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isArea = (2...3).contains(parts.count) && parts.allSatisfy(Self.isPart)
        guard text == "UTC" || isArea, text.utf8.count <= Self.bytesMax else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no time zone name such as America/Chicago or UTC.")
        }
        self.text = text
    }

    private static func isPart(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, first.isASCIILetter else { return false }
        return part.utf8.allSatisfy { byte in
            byte.isASCIILetter || byte.isASCIIDigit || byte == 0x5F || byte == 0x2D || byte == 0x2B
        }
    }
}
