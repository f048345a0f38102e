import CartDomain
import FilmClubModel

/// A small house for tests: eight films, a programme of five slots, a school. Every id is fresh.
struct House: Sendable {
    static let now = Instant(clamping: 1_774_000_000_000_000)  // 2026-03-20

    var films: [Film]
    var programme: Programme
    var school: Institution

    init() throws {
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
            priceList: PriceList(
                version: 7, currency: try Currency("USD"), filmMinorUnits: 50_000, bundleMinorUnits: 250_000),
            eligibleInstitutionTypes: [.university, .highSchool], territories: [states])
        school = Institution(
            id: .generate(now: Self.now), version: 2, name: "Lincoln High School", type: .highSchool,
            territory: states, timeZone: try TimeZoneName("America/Chicago"), verified: true)
    }

    var facts: CartFacts {
        CartFacts(
            institution: school, programme: programme,
            films: Dictionary(uniqueKeysWithValues: films.map { ($0.id, $0) }))
    }

    /// A cart with the first so many films chosen.
    func cart(films count: Int = 0) throws -> Cart {
        var (cart, _) = try Cart.open(id: .generate(now: Self.now), for: school, programme: programme)
        for film in films.prefix(count) { _ = try cart.select(film.id, by: facts) }
        return cart
    }
}

extension Versioned {
    /// The next version of it.
    func changed(_ change: (inout Self) throws -> Void) rethrows -> Self {
        var next = self
        next.version += 1
        try change(&next)
        return next
    }
}
