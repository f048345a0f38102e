/// A film as the catalog states it: everything its page shows. Anything but the title may be missing.
///
/// Texts are kept byte for byte: typographic quotes, accents, `®`.
public struct Film: Versioned, Hashable, Sendable, Codable {
    public var id: FilmID
    /// Rises by one with every change of the state; an import leaves it out.
    public var version: Int64
    public var slug: Slug
    public var status: FilmStatus
    public var title: String
    public var originalTitle: String?
    public var year: Int?
    public var runningTimeMinutes: Int?
    /// Where it was produced, in the order of the credits.
    public var countries: [Territory]
    /// In the order of the credits.
    public var credits: [Credit]
    public var synopsis: String?
    public var awards: [Award]
    public var pressQuotes: [PressQuote]
    /// The director's biography, paragraph by paragraph.
    public var aboutTheDirector: [String]
    public var notes: [SignedNote]
    public var audioLanguage: LanguageTag?
    public var subtitles: [SubtitleTrack]
    /// Where it may be screened. None named: nowhere.
    public var territories: [Territory]
    /// What it is about, as words of the house.
    public var themes: [Slug]?

    public init(
        id: FilmID, version: Int64 = 1, slug: Slug, status: FilmStatus = .available, title: String,
        originalTitle: String? = nil, year: Int? = nil, runningTimeMinutes: Int? = nil, countries: [Territory] = [],
        credits: [Credit] = [], synopsis: String? = nil, awards: [Award] = [], pressQuotes: [PressQuote] = [],
        aboutTheDirector: [String] = [], notes: [SignedNote] = [], audioLanguage: LanguageTag? = nil,
        subtitles: [SubtitleTrack] = [], territories: [Territory] = [], themes: [Slug]? = nil
    ) {
        self.id = id
        self.version = version
        self.slug = slug
        self.status = status
        self.title = title
        self.originalTitle = originalTitle
        self.year = year
        self.runningTimeMinutes = runningTimeMinutes
        self.countries = countries
        self.credits = credits
        self.synopsis = synopsis
        self.awards = awards
        self.pressQuotes = pressQuotes
        self.aboutTheDirector = aboutTheDirector
        self.notes = notes
        self.audioLanguage = audioLanguage
        self.subtitles = subtitles
        self.territories = territories
        self.themes = themes
    }

    /// Names in the order of the credits.
    public var directors: [String] {
        credits.filter { $0.role == .director }.map(\.name)
    }

    public func isLicensed(in territory: Territory) -> Bool {
        territories.contains(territory)
    }

    /// Available, and licensed in the territory.
    public func isSellable(in territory: Territory) -> Bool {
        status == .available && isLicensed(in: territory)
    }
}

public enum FilmStatus: String, WireEnumeration {
    case available
    /// No longer for sale. What was ordered before stays as it was.
    case withdrawn
}

extension Film {
    /// What choosing and ordering decide by: without the texts of its page, which are most of a film.
    public var forDeciding: Film {
        Film(
            id: id, version: version, slug: slug, status: status, title: title, year: year,
            credits: credits.filter { $0.role == .director }, territories: territories)
    }
}

extension Film {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, version, slug, status, title, originalTitle, year, runningTimeMinutes, countries, credits, synopsis
        case awards, pressQuotes, aboutTheDirector, notes, audioLanguage, subtitles, territories, themes
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(FilmID.self, forKey: .id)
        version = try fields.numberIfPresent(Int64.self, .version, in: 1...Int64.max) ?? 1
        slug = try fields.decode(Slug.self, forKey: .slug)
        status = try fields.decodeIfPresent(FilmStatus.self, forKey: .status) ?? .available
        title = try fields.line(.title)
        originalTitle = try fields.lineIfPresent(.originalTitle)
        year = try fields.numberIfPresent(Int.self, .year, in: 1_888...2_200)
        runningTimeMinutes = try fields.numberIfPresent(Int.self, .runningTimeMinutes, in: 1...1_440)
        countries = try fields.distinct(Territory.self, .countries)
        credits = try fields.list(Credit.self, .credits)
        synopsis = try fields.paragraphIfPresent(.synopsis)
        awards = try fields.list(Award.self, .awards)
        pressQuotes = try fields.list(PressQuote.self, .pressQuotes)
        aboutTheDirector = try fields.paragraphs(.aboutTheDirector)
        notes = try fields.list(SignedNote.self, .notes)
        audioLanguage = try fields.decodeIfPresent(LanguageTag.self, forKey: .audioLanguage)
        subtitles = try fields.distinct(SubtitleTrack.self, .subtitles)
        territories = try fields.distinct(Territory.self, .territories)
        themes = try fields.distinctIfPresent(Slug.self, .themes)
    }
}
