/// The limits on free text and lists that come from outside.
public enum TextLimits {
    /// A name, a title, a heading: Unicode scalars.
    public static let lineScalarsMax = 300
    /// A paragraph, a quote, a synopsis: Unicode scalars.
    public static let paragraphScalarsMax = 10_000
    /// Entries of one list in a document.
    public static let listEntriesMax = 500
}

extension KeyedDecodingContainer {
    /// A text of one line that says something. It is kept byte for byte.
    func line(_ key: Key) throws -> String {
        try checked(decode(String.self, forKey: key), key, as: .line)
    }

    func lineIfPresent(_ key: Key) throws -> String? {
        try decodeIfPresent(String.self, forKey: key).map {
            try checked($0, key, as: .line)
        }
    }

    func paragraph(_ key: Key) throws -> String {
        try checked(decode(String.self, forKey: key), key, as: .paragraph)
    }

    func paragraphIfPresent(_ key: Key) throws -> String? {
        try decodeIfPresent(String.self, forKey: key).map {
            try checked($0, key, as: .paragraph)
        }
    }

    /// Paragraphs in order; none when the field is missing.
    func paragraphs(_ key: Key) throws -> [String] {
        try list(Paragraph.self, key).map(\.text)
    }

    /// A list in order; empty when the field is missing.
    func list<Element: Decodable>(_ type: Element.Type, _ key: Key) throws -> [Element] {
        let list = try decodeIfPresent([Element].self, forKey: key) ?? []
        guard list.count <= TextLimits.listEntriesMax else {
            throw InvalidValue("A list has at most \(TextLimits.listEntriesMax) entries; this one has \(list.count).")
                .decodingError(at: codingPath + [key])
        }
        return list
    }

    /// A list in order; nil when it is missing or empty, so that neither is ever written.
    func listIfPresent<Element: Decodable>(_ type: Element.Type, _ key: Key) throws -> [Element]? {
        let list = try list(type, key)
        return list.isEmpty ? nil : list
    }

    /// A list in which nothing stands twice; nil when it is missing or empty, so that neither is ever written.
    func distinctIfPresent<Element: Decodable & Hashable>(_ type: Element.Type, _ key: Key) throws -> [Element]? {
        let list = try distinct(type, key)
        return list.isEmpty ? nil : list
    }

    /// A list in which nothing stands twice.
    func distinct<Element: Decodable & Hashable>(_ type: Element.Type, _ key: Key) throws -> [Element] {
        let list = try list(type, key)
        var seen: Set<Element> = []
        for element in list where !seen.insert(element).inserted {
            throw InvalidValue("Nothing may stand in this list twice; “\(element)” does.")
                .decodingError(at: codingPath + [key])
        }
        return list
    }

    func number<Number: FixedWidthInteger & Decodable>(
        _ type: Number.Type, _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number {
        try checked(decode(type, forKey: key), key, in: range)
    }

    func numberIfPresent<Number: FixedWidthInteger & Decodable>(
        _ type: Number.Type, _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number? {
        try decodeIfPresent(type, forKey: key).map { try checked($0, key, in: range) }
    }

    private func checked<Number: FixedWidthInteger>(
        _ number: Number, _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number {
        guard range.contains(number) else {
            throw InvalidValue("\(number) is not between \(range.lowerBound) and \(range.upperBound).")
                .decodingError(at: codingPath + [key])
        }
        return number
    }

    private func checked(_ text: String, _ key: Key, as form: TextForm) throws -> String {
        do throws(InvalidValue) {
            return try form.checked(text)
        } catch {
            throw error.decodingError(at: codingPath + [key])
        }
    }
}

/// A paragraph within a list, so that a refusal names its place.
private struct Paragraph: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do throws(InvalidValue) {
            self.text = try TextForm.paragraph.checked(text)
        } catch {
            throw error.decodingError(at: decoder.codingPath)
        }
    }
}

private enum TextForm {
    /// Without line breaks or other control characters.
    case line
    /// With line breaks and tabs.
    case paragraph

    func checked(_ text: String) throws(InvalidValue) -> String {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw InvalidValue("The text is empty; leave the field out if there is none.")
        }
        let count = text.unicodeScalars.count
        let max = self == .line ? TextLimits.lineScalarsMax : TextLimits.paragraphScalarsMax
        guard count <= max else {
            throw InvalidValue("The text has \(count) characters; at most \(max) are allowed.")
        }
        let isBroken: (Unicode.Scalar) -> Bool = { scalar in
            scalar.isControl && (self == .line || !["\n", "\r", "\t"].contains(scalar))
        }
        guard !text.unicodeScalars.contains(where: isBroken) else {
            throw InvalidValue("The text contains a control character, such as a line break in a single line.")
        }
        return text
    }
}
