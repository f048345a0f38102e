/// A language, as BCP 47 (RFC 5646) writes it: language, script and region (`es`, `es-419`, `zh-Hant-TW`).
///
/// Variants, extensions and private use are refused: no track of ours needs them. Any case is read; the text is in
/// the recommended case (§2.1.1), so that equal languages are equal values.
public struct LanguageTag: TextValue {
    public let text: String

    public init(_ text: String) throws(InvalidValue) {
        guard text.utf8.count <= 11, let canonical = Self.canonical(text) else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no language tag such as es or es-419.")
        }
        self.text = canonical
    }

    /// The primary language alone: `es` of `es-419`.
    public var language: String {
        String(text.prefix { $0 != "-" })
    }

    private static func canonical(_ text: String) -> String? {
        var parts = text.split(separator: "-", omittingEmptySubsequences: false)[...]
        guard let language = parts.popFirst(), (2...3).contains(language.utf8.count), isLetters(language) else {
            return nil
        }
        var subtags = [language.lowercased()]
        if let script = parts.first, script.utf8.count == 4, isLetters(script) {
            subtags.append(script.prefix(1).uppercased() + script.dropFirst().lowercased())
            parts.removeFirst()
        }
        if let region = parts.popFirst() {
            let isCountry = region.utf8.count == 2 && isLetters(region)
            let isArea = region.utf8.count == 3 && region.utf8.allSatisfy(\.isASCIIDigit)
            guard isCountry || isArea else { return nil }
            subtags.append(region.uppercased())
        }
        return parts.isEmpty ? subtags.joined(separator: "-") : nil
    }

    private static func isLetters(_ text: Substring) -> Bool {
        text.utf8.allSatisfy(\.isASCIILetter)
    }
}
