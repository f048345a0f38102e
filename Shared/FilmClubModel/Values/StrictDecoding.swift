/// The limits on free text and lists that come from outside.
public enum TextLimits {
    /// A name, a title, a heading: characters.
    public static let lineCharactersMax = 300
    /// A paragraph, a quote, a synopsis: characters.
    public static let paragraphCharactersMax = 10_000
    /// Entries of one list in a document.
    public static let listEntriesMax = 500
}

extension KeyedDecodingContainer {
    /// A text of one line that says something. It is kept byte for byte.
    func line(_ key: Key) throws -> String {
        try checked(decode(String.self, forKey: key), key, max: TextLimits.lineCharactersMax)
    }

    func lineIfPresent(_ key: Key) throws -> String? {
        try decodeIfPresent(String.self, forKey: key).map {
            try checked($0, key, max: TextLimits.lineCharactersMax)
        }
    }

    func paragraph(_ key: Key) throws -> String {
        try checked(decode(String.self, forKey: key), key, max: TextLimits.paragraphCharactersMax)
    }

    func paragraphIfPresent(_ key: Key) throws -> String? {
        try decodeIfPresent(String.self, forKey: key).map {
            try checked($0, key, max: TextLimits.paragraphCharactersMax)
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

    private func checked(_ text: String, _ key: Key, max: Int) throws -> String {
        do throws(InvalidValue) {
            return try checkedText(text, max: max)
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
            self.text = try checkedText(text, max: TextLimits.paragraphCharactersMax)
        } catch {
            throw error.decodingError(at: decoder.codingPath)
        }
    }
}

private func checkedText(_ text: String, max: Int) throws(InvalidValue) -> String {
    guard text.contains(where: { !$0.isWhitespace }) else {
        throw InvalidValue("The text is empty; leave the field out if there is none.")
    }
    guard text.count <= max else {
        throw InvalidValue("The text has \(text.count) characters; at most \(max) are allowed.")
    }
    return text
}
