extension AwardCategory {
    /// Reads a printed list of categories.
    ///
    /// - A word at the end of an entry (`Nominee`, `Winner` and their forms) holds for that entry and for those before
    ///   it that have none: "A, B, C Nominee" makes three nominees, "A Winner, B, C Nominee" one winner and two nominees.
    /// - No word: `unstated`.
    /// - "Prize - Category" carries the prize's name.
    ///
    /// Entries are separated by commas, semicolons or lines, except within parentheses.
    public static func list(parsing text: String) -> [AwardCategory] {
        var categories: [AwardCategory] = []
        var firstOpen = 0
        for entry in entries(text) {
            let (name, outcome) = splitOutcome(entry)
            if !name.isEmpty { categories.append(named(name)) }
            guard let outcome else { continue }
            for index in firstOpen..<categories.count { categories[index].outcome = outcome }
            firstOpen = categories.count
        }
        return categories
    }

    private static func entries(_ text: String) -> [Substring] {
        var depth = 0
        let parts = text.split { character in
            switch character {
            case "(": depth += 1
            case ")": depth = max(0, depth - 1)
            case ",", ";": return depth == 0
            default: return character.isNewline
            }
            return false
        }
        return parts.map { part in
            let entry = trimmed(part)
            let isLast = entry.prefix(4).lowercased() == "and "
            return isLast ? trimmed(entry.dropFirst(4)) : entry
        }
    }

    private static let outcomes: [String: AwardOutcome] = [
        "nominee": .nominee, "nominees": .nominee, "nominated": .nominee, "nomination": .nominee,
        "nominations": .nominee, "winner": .winner, "winners": .winner, "won": .winner,
    ]

    /// The entry without the word at its end, and what the word says.
    private static func splitOutcome(_ entry: Substring) -> (name: Substring, outcome: AwardOutcome?) {
        let isPunctuation: (Character) -> Bool = { $0.isWhitespace || "()[]-–—:".contains($0) }
        var word = entry
        while let last = word.last, ".)]".contains(last) { word.removeLast() }
        let start = word.lastIndex(where: isPunctuation).map(word.index(after:)) ?? word.startIndex
        guard let outcome = outcomes[word[start...].lowercased()] else { return (entry, nil) }
        var name = word[..<start]
        while let last = name.last, last.isWhitespace || "([-–—:".contains(last) { name.removeLast() }
        return (name, outcome)
    }

    private static func named(_ text: Substring) -> AwardCategory {
        for index in text.indices where "-–—".contains(text[index]) {
            let before = text[..<index]
            let after = text[text.index(after: index)...]
            guard before.last?.isWhitespace == true, after.first?.isWhitespace == true else { continue }
            let (prize, name) = (trimmed(before), trimmed(after))
            guard !prize.isEmpty, !name.isEmpty else { continue }
            return AwardCategory(prize: String(prize), name: String(name))
        }
        return AwardCategory(name: String(text))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
