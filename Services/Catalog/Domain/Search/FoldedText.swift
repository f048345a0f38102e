/// A text as search compares it: lower-case letters and digits without diacritics, words parted by single spaces.
/// "Almodóvar", "almodovar" and "ALMODO" + U+0301 + "VAR" are the same.
///
/// Latin, Greek and Cyrillic letters lose their diacritics in either normal form. Other scripts lose nothing but
/// their non-spacing marks and are otherwise matched as they were written.
public struct FoldedText: Hashable, Sendable, CustomStringConvertible {
    public let words: [String]

    public var text: String { words.joined(separator: " ") }
    public var description: String { text }
    public var isEmpty: Bool { words.isEmpty }

    public init(_ text: String) {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func endWord() {
            if !word.isEmpty { words.append(String(word)) }
            word = String.UnicodeScalarView()
        }
        for character in text.lowercased() {
            if let letters = LetterFolding.letters(for: character) {
                word.append(contentsOf: letters)
                continue
            }
            for scalar in character.unicodeScalars where scalar.properties.generalCategory != .nonspacingMark {
                if scalar.isWordScalar { word.append(scalar) } else { endWord() }
            }
        }
        endWord()
        self.words = words
    }
}

extension Unicode.Scalar {
    fileprivate var isWordScalar: Bool {
        switch properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}

/// What a film is found by: the words of its titles, its year, and everybody in its credits.
public struct SearchText: Hashable, Sendable {
    /// Every word with a space before it, so that ` almo` finds words that begin so.
    public let text: String

    public init(_ parts: [String]) {
        text = parts.flatMap { FoldedText($0).words }.map { " " + $0 }.joined()
    }
}

/// What somebody looks for: each of the words must be the beginning of a word of the film.
public struct SearchTerms: Hashable, Sendable {
    public static let scalarsMax = 100

    public let words: [String]

    /// Nil for a text that is too long, or that says something but has neither letter nor digit. An empty one asks
    /// for everything.
    public init?(_ text: String) {
        guard text.unicodeScalars.count <= Self.scalarsMax else { return nil }
        let folded = FoldedText(text)
        guard !folded.isEmpty || text.allSatisfy(\.isWhitespace) else { return nil }
        words = folded.words
    }

    public func match(_ text: SearchText) -> Bool {
        words.allSatisfy { text.text.contains(" " + $0) }
    }
}
