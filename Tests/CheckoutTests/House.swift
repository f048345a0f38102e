import CheckoutDomain
import FilmClubModel

/// A small house for tests: seven films, a programme of five slots, a school. Every id is fresh, so that tests can
/// share a broker.
struct House: Sendable {
    static let now = Instant(clamping: 1_774_000_000_000_000)  // 2026-03-20

    var films: [Film]
    var programme: Programme
    var school: Institution

    init() throws {
        let spain = try Territory("ES")
        let states = try Territory("US")
        films = try (0..<7).map { index in
            Film(
                id: .generate(now: Self.now), version: Int64(index + 1), slug: try Slug("film-\(index)"),
                title: "Película Nº \(index)", year: 1990 + index * 5,
                credits: [Credit(role: .director, name: "Directora \(index % 3)")], territories: [spain, states])
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

    func first(_ count: Int) -> [FilmID] { films.prefix(count).map(\.id) }

    /// The first five films.
    func request(_ films: [FilmID]? = nil, cart: CartID = .generate(now: now)) -> OrderRequest {
        OrderRequest(
            cartId: cart, programmeId: programme.id, filmIds: films ?? first(5),
            payment: .purchaseOrder(number: "PO-2026-17"))
    }

    var facts: OrderingFacts {
        OrderingFacts(
            institution: school, programme: programme,
            films: Dictionary(uniqueKeysWithValues: films.map { ($0.id, $0) }))
    }

    func decide(
        _ request: OrderRequest? = nil, by facts: OrderingFacts? = nil, serial: Int64 = 123
    ) throws(OrderRejection) -> PlacedOrder {
        var random = SystemRandom()
        return try OrderPlacement.decide(
            request ?? self.request(), by: facts ?? self.facts,
            number: OrderNumber(serial: serial, now: Self.now), now: Self.now, using: &random)
    }
}
