public import FilmClubModel

/// A film as lists show it: enough to recognise and choose it.
public struct FilmSummary: Hashable, Sendable, Codable {
    public let id: FilmID
    public let slug: Slug
    public let title: String
    public let originalTitle: String?
    public let year: Int?
    public let directors: [String]
    public let countries: [Territory]
    public let runningTimeMinutes: Int?
    public let audioLanguage: LanguageTag?
    public let territories: [Territory]

    public init(_ film: Film) {
        id = film.id
        slug = film.slug
        title = film.title
        originalTitle = film.originalTitle
        year = film.year
        directors = film.directors
        countries = film.countries
        runningTimeMinutes = film.runningTimeMinutes
        audioLanguage = film.audioLanguage
        territories = film.territories
    }
}
