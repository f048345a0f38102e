/// What one body gave or nominated a film for: its categories in order.
///
/// JSON gives the categories, or the text of a printed list (`"text": "Best Film, Best Director Nominee"`), or both;
/// from a text alone the categories are read, and the text is kept beside them.
public struct Award: Hashable, Sendable, Codable {
    public var body: String
    public var categories: [AwardCategory]
    /// The list as it was printed, where the source was a text.
    public var text: String?

    public init(body: String, categories: [AwardCategory], text: String? = nil) {
        self.body = body
        self.categories = categories
        self.text = text
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case body, categories, text
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        body = try fields.line(.body)
        text = try fields.paragraphIfPresent(.text)
        if fields.contains(.categories) {
            categories = try fields.list(AwardCategory.self, .categories)
        } else {
            categories = text.map(AwardCategory.list(parsing:)) ?? []
        }
        guard !categories.isEmpty else {
            throw InvalidValue("An award needs at least one category, as “categories” or as “text”.")
                .decodingError(at: decoder.codingPath)
        }
    }
}

/// One category and how it ended. A named prize stands beside it: "Volpi Cup" for "Best Actress".
public struct AwardCategory: Hashable, Sendable, Codable {
    public var prize: String?
    public var name: String
    public var outcome: AwardOutcome

    public init(prize: String? = nil, name: String, outcome: AwardOutcome = .unstated) {
        self.prize = prize
        self.name = name
        self.outcome = outcome
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case prize, name, outcome
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        prize = try fields.lineIfPresent(.prize)
        name = try fields.line(.name)
        outcome = try fields.decodeIfPresent(AwardOutcome.self, forKey: .outcome) ?? .unstated
    }
}

public enum AwardOutcome: String, WireEnumeration {
    case winner, nominee
    /// The source doesn't say; nothing is guessed.
    case unstated
}
