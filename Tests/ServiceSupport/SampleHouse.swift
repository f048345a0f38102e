public import FilmClubModel

/// A small house for tests: eight films, a programme of five slots, a school. Every id is fresh, so that tests can
/// share a broker.
public struct SampleHouse: Sendable {
    public static let now = Instant(clamping: 1_774_000_000_000_000)  // 2026-03-20

    public var films: [Film]
    public var programme: Programme
    public var school: Institution

    public init() throws {
        let spain = try Territory("ES")
        let states = try Territory("US")
        films = try (0..<8).map { index in
            Film(
                id: .generate(now: Self.now), version: Int64(index + 1), slug: try Slug("film-\(index)"),
                title: "Película Nº \(index)", year: 1990 + index * 5,
                credits: [Credit(role: .director, name: "Directora \(index % 3)")], synopsis: "Una historia.",
                territories: [spain, states])
        }
        programme = Programme(
            id: .generate(now: Self.now), version: 3, slug: try Slug("spanish-film-club"), name: "Spanish Film Club",
            caps: Caps(concurrentSessionsMax: 30),
            priceList: PriceList(
                version: 7, currency: try Currency("USD"), filmMinorUnits: 50_000, bundleMinorUnits: 250_000),
            eligibleInstitutionTypes: [.university, .highSchool], territories: [states])
        school = Institution(
            id: .generate(now: Self.now), version: 2, name: "Lincoln High School", type: .highSchool,
            territory: states, timeZone: try TimeZoneName("America/Chicago"), verified: true)
    }

    public func first(_ count: Int) -> [FilmID] { films.prefix(count).map(\.id) }
}

extension Versioned {
    /// The next version of it.
    public func changed(_ change: (inout Self) throws -> Void) rethrows -> Self {
        var next = self
        next.version += 1
        try change(&next)
        return next
    }
}
