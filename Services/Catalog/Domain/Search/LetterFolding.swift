/// The plain letters behind a small letter with diacritics.
///
/// The table is read off Unicode's own names: "LATIN SMALL LETTER O WITH ACUTE" is the letter named before WITH. Its
/// keys are characters, which Swift compares by canonical equivalence, so that the composed and the decomposed
/// form find the same entry.
enum LetterFolding {
    /// Nil for what stands for itself.
    static func letters(for character: Character) -> String.UnicodeScalarView? {
        guard character.utf8.count > 1 else { return nil }
        return table[character]
    }

    /// Latin-1 to Extended-B, Greek, Cyrillic with its supplement, and the additional and extended blocks of
    /// Latin and Greek.
    private static let blocks: [ClosedRange<UInt32>] = [
        0x0061...0x007A, 0x00C0...0x024F, 0x0370...0x03FF, 0x0400...0x052F, 0x1E00...0x1EFF, 0x1F00...0x1FFF,
    ]

    /// Letters whose names do not tell, and those that are usually written with others.
    private static let special: [Character: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ĳ": "ij", "ς": "σ",
        "й": "и", "ё": "е", "ї": "і", "ў": "у", "ѓ": "г", "ќ": "к",
    ]

    private static let table: [Character: String.UnicodeScalarView] = {
        var named: [String: Unicode.Scalar] = [:]
        for scalar in blocks.joined().compactMap(Unicode.Scalar.init) {
            if let name = scalar.properties.name, name.contains(" SMALL LETTER ") { named[name] = scalar }
        }
        var table = special.mapValues(\.unicodeScalars)
        for (name, scalar) in named {
            guard let place = name.firstRange(of: " WITH "), let base = named[String(name[..<place.lowerBound])]
            else { continue }
            table[Character(scalar)] = table[Character(base)] ?? String(base).unicodeScalars
        }
        return table
    }()
}
