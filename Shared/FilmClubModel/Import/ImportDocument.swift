/// What an operator imports: films, the people in their credits and programmes (catalog), institutions and taxes
/// (checkout), media (streaming). Each service takes its own part; a part may be missing.
public struct ImportDocument: Hashable, Sendable, Codable {
    public var films: [Film]
    public var programmes: [Programme]
    public var institutions: [Institution]
    public var media: [MediaMapping]
    public var people: [Person]?
    /// All of them: a territory that is not named has none. Nil: as they were.
    public var taxes: [TaxRate]?

    public init(
        films: [Film] = [], programmes: [Programme] = [], institutions: [Institution] = [], media: [MediaMapping] = [],
        people: [Person]? = nil, taxes: [TaxRate]? = nil
    ) {
        self.films = films
        self.programmes = programmes
        self.institutions = institutions
        self.media = media
        self.people = people
        self.taxes = taxes
    }

    /// The names of its lists.
    public static let lists = CodingKeys.allCases.map(\.stringValue)

    /// Hand this to the decoder, and a field that nobody knows is an error instead of nothing.
    public static var decoderInfo: [CodingUserInfoKey: any Sendable] {
        UnknownKeys.refusal.map { [$0: true] } ?? [:]
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case films, programmes, institutions, media, people, taxes
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        films = try fields.decodeIfPresent([Film].self, forKey: .films) ?? []
        programmes = try fields.decodeIfPresent([Programme].self, forKey: .programmes) ?? []
        institutions = try fields.decodeIfPresent([Institution].self, forKey: .institutions) ?? []
        media = try fields.decodeIfPresent([MediaMapping].self, forKey: .media) ?? []
        people = try fields.decodeIfPresent([Person].self, forKey: .people)
        taxes = try fields.decodeIfPresent([TaxRate].self, forKey: .taxes)
    }
}

/// Which media a film plays: the folder `MEDIA_ROOT/<asset>`.
public struct MediaMapping: Hashable, Sendable, Codable {
    public var filmId: FilmID
    public var asset: Slug

    public init(filmId: FilmID, asset: Slug) {
        self.filmId = filmId
        self.asset = asset
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case filmId, asset
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        filmId = try fields.decode(FilmID.self, forKey: .filmId)
        asset = try fields.decode(Slug.self, forKey: .asset)
    }
}
