import CartDomain
import FilmClubModel
import ServiceTestSupport

extension SampleHouse {
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
