/// What one slip of the fingers makes of a word: a letter left out, one too many, another one, or two neighbours changed
/// about (Damerau: "A technique for computer detection and correction of spelling errors", CACM 1964).
///
/// Two words that are one slip apart have a word in common when a letter is left out of either: so those that may be
/// meant are found by looking up, and not by comparing with every word there is.
public enum Spelling {
    /// Shorter words have too many neighbours, longer ones are nobody's.
    public static let lettersRange = 4...32
    /// Words that may be meant by one.
    public static let meantMax = 20

    /// Whether a slip is looked for in this word. In a number every neighbour is another number.
    public static func isCorrected(_ word: String) -> Bool {
        lettersRange.contains(word.unicodeScalars.count) && !word.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The word, and what is left of it without each of its letters in turn.
    public static func shortened(_ word: String) -> Set<String> {
        let letters = Array(word.unicodeScalars)
        var found: Set<String> = [word]
        for place in letters.indices {
            var rest = String.UnicodeScalarView(letters[..<place])
            rest.append(contentsOf: letters[(place + 1)...])
            found.insert(String(rest))
        }
        return found
    }

    /// Whether the words are the same or one slip apart.
    public static func isOneSlip(_ one: String, from other: String) -> Bool {
        let (left, right) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
        guard abs(left.count - right.count) <= 1 else { return false }
        let same = zip(left, right).prefix { $0 == $1 }.count
        let (a, b) = (left[same...], right[same...])
        if a.count == b.count {
            return a.dropFirst().elementsEqual(b.dropFirst())
                || (a.count >= 2 && a[same] == b[same + 1] && a[same + 1] == b[same]
                    && a.dropFirst(2).elementsEqual(b.dropFirst(2)))
        }
        return a.count > b.count ? a.dropFirst().elementsEqual(b) : b.dropFirst().elementsEqual(a)
    }
}
