import CheckoutDomain
import FilmClubModel
import ServiceTestSupport

extension SampleHouse {
    /// The first five films.
    func request(_ films: [FilmID]? = nil, cart: CartID = .generate(now: now)) -> OrderRequest {
        OrderRequest(
            cartId: cart, programmeId: programme.id, filmIds: films ?? first(5),
            payment: .purchaseOrder(number: "PO-2026-17"))
    }

    var facts: OrderingFacts {
        OrderingFacts(
            institution: school, programme: programme,
            films: Dictionary(uniqueKeysWithValues: films.map { ($0.id, $0) }), taxes: .none)
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
