public import FilmClubModel
public import HTTPServer

/// The model's values as JSON writes them.
extension Schema {
    public static let id = Schema.text(
        Text(format: "uuid", example: "0190b5a8-7c00-7000-8000-000000000001"))
    public static let instant = Schema.text(Text(format: "date-time", example: "2026-03-20T09:30:00Z"))
    public static let slug = Schema.text(
        Text(pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", lengthMax: 100, example: "parallel-mothers"))
    /// ISO 3166-1 alpha-2.
    public static let territory = Schema.named("Territory", .words(Territory.all.map(\.text)))
    public static let languageTag = Schema.text(
        Text(
            pattern: "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$", lengthMax: 11, example: "es-419"))
    /// Of the IANA time-zone database.
    public static let timeZone = Schema.text(
        Text(
            pattern: "^(UTC|[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){1,2})$", lengthMax: 64,
            example: "America/Chicago"))
    public static let currency = Schema.text(Text(pattern: "^[A-Z]{3}$", example: "USD"))

    /// A text of one line that says something.
    public static func line(
        _ example: String, lengthMax: Int = TextLimits.lineScalarsMax
    ) -> Schema {
        .text(
            Text(
                pattern: "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$",
                lengthMin: 1, lengthMax: lengthMax, example: example))
    }

    /// A text that says something, with line breaks and tabs.
    public static func paragraph(_ example: String) -> Schema {
        .text(Text(pattern: "\\S", lengthMin: 1, lengthMax: TextLimits.paragraphScalarsMax, example: example))
    }

    /// One of an enumeration's words.
    public static func word<Word: WireEnumeration>(of type: Word.Type) -> Schema {
        .words(type.allCases.map(\.rawValue))
    }

    /// A list in order.
    public static func list(_ element: Schema, min: Int = 0) -> Schema {
        .array(element, Bounds(min: min, max: TextLimits.listEntriesMax))
    }

    /// A list in which nothing stands twice.
    public static func distinct(_ element: Schema, min: Int = 0) -> Schema {
        .array(element, Bounds(min: min, max: TextLimits.listEntriesMax, isDistinct: true))
    }
}
