public import FilmClubModel

/// Whether a request becomes an order, and which. Pure: the same words give the same order.
public enum OrderPlacement {
    /// Judges a request by the facts. `number` is spent by every order that is returned, stored or not.
    ///
    /// Rejects in the order in which a person would mend things: who asks, what programme, how many films, which, at what
    /// price.
    public static func decide(
        _ request: OrderRequest, by facts: OrderingFacts, number: OrderNumber, now: Instant,
        using random: inout some RandomNumberGenerator
    ) throws(OrderRejection) -> PlacedOrder {
        let (institution, programme) = try parties(
            request.programmeId, institution: facts.institution, programme: facts.programme)
        let films = try selection(request, facts, programme, in: institution.territory)
        let price = try price(request, of: programme, to: institution, by: facts, now: now)
        let lines = zip(films, price.lines).map { film, price in
            OrderLine(
                lineId: .generate(now: now, using: &random), filmId: film.id, title: film.title, price: price)
        }
        return PlacedOrder(
            id: .generate(now: now, using: &random), number: number, request: request, institution: institution,
            programme: programme, films: films, lines: lines, price: price, placedAt: now)
    }

    /// Who buys what, if the one can be sold to the other at any price.
    public static func parties(
        _ id: ProgrammeID, institution: Institution?, programme: Programme?
    ) throws(OrderRejection) -> (Institution, Programme) {
        guard let institution else { throw .institutionUnknown }
        guard institution.verified else { throw .institutionNotVerified }
        guard let programme else { throw .programmeUnknown(id) }
        guard programme.eligibleInstitutionTypes.contains(institution.type) else {
            throw .institutionTypeNotEligible(institution.type)
        }
        guard programme.territories.contains(institution.territory) else {
            throw .programmeNotOffered(in: institution.territory)
        }
        for case .unsupported(let name) in programme.rules { throw .ruleNotSupported(name: name) }
        return (institution, programme)
    }

    /// The films in the order asked for.
    private static func selection(
        _ request: OrderRequest, _ facts: OrderingFacts, _ programme: Programme, in territory: Territory
    ) throws(OrderRejection) -> [Film] {
        let ids = request.filmIds
        guard ids.count == programme.slots else {
            throw .wrongNumberOfFilms(expected: programme.slots, given: ids.count)
        }
        var seen: Set<FilmID> = []
        let repeated = ids.filter { !seen.insert($0).inserted }
        guard repeated.isEmpty else { throw .repeatedFilms(repeated) }
        let films = ids.compactMap { facts.films[$0] }
        guard films.count == ids.count else { throw .unknownFilms(ids.filter { facts.films[$0] == nil }) }
        let withdrawn = films.filter { $0.status == .withdrawn }
        guard withdrawn.isEmpty else { throw .withdrawnFilms(withdrawn.map(\.id)) }
        let unlicensed = films.filter { !$0.isSellable(in: territory) }
        guard unlicensed.isEmpty else { throw .filmsNotLicensed(unlicensed.map(\.id), in: territory) }
        for rule in programme.rules where !rule.isMet(by: films) { throw .ruleNotMet(rule) }
        return films
    }

    private static func price(
        _ request: OrderRequest, of programme: Programme, to institution: Institution, by facts: OrderingFacts,
        now: Instant
    ) throws(OrderRejection) -> OrderPrice {
        do throws(PricingRefusal) {
            return try Pricing(request, of: programme, to: institution, by: facts).price(now: now)
        } catch {
            throw .pricing(error)
        }
    }
}
