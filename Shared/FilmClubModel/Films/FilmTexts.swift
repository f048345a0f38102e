/// A sentence of a review, with who wrote it and where.
public struct PressQuote: Hashable, Sendable, Codable {
    public var text: String
    public var critic: String?
    public var publication: String?

    public init(text: String, critic: String? = nil, publication: String? = nil) {
        self.text = text
        self.critic = critic
        self.publication = publication
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case text, critic, publication
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        text = try fields.paragraph(.text)
        critic = try fields.lineIfPresent(.critic)
        publication = try fields.lineIfPresent(.publication)
    }
}

/// A text about the film, signed by its author.
public struct SignedNote: Hashable, Sendable, Codable {
    public var title: String?
    public var author: String
    public var paragraphs: [String]

    public init(title: String? = nil, author: String, paragraphs: [String]) {
        self.title = title
        self.author = author
        self.paragraphs = paragraphs
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case title, author, paragraphs
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        title = try fields.lineIfPresent(.title)
        author = try fields.line(.author)
        paragraphs = try fields.paragraphs(.paragraphs)
        guard !paragraphs.isEmpty else {
            throw InvalidValue("A note has at least one paragraph.")
                .decodingError(at: decoder.codingPath + [CodingKeys.paragraphs])
        }
    }
}

/// A text track that comes with the film.
public struct SubtitleTrack: Hashable, Sendable, Codable, CustomStringConvertible {
    public var language: LanguageTag
    public var kind: SubtitleKind

    public init(language: LanguageTag, kind: SubtitleKind = .subtitles) {
        self.language = language
        self.kind = kind
    }

    public var description: String { "\(language) \(kind.rawValue)" }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case language, kind
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        language = try fields.decode(LanguageTag.self, forKey: .language)
        kind = try fields.decodeIfPresent(SubtitleKind.self, forKey: .kind) ?? .subtitles
    }
}

public enum SubtitleKind: String, WireEnumeration {
    /// A translation of what is said.
    case subtitles
    /// What is heard, written for the deaf and hard of hearing.
    case captions
}
