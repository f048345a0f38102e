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
        let institution = try buyer(facts)
        let programme = try offer(request, facts, to: institution)
        let films = try selection(request, facts, programme, in: institution.territory)
        let price = try price(request, of: films.count, facts, programme, institution, now: now)
        let lines = zip(films, price.lines).map { film, price in
            OrderLine(
                lineId: .generate(now: now, using: &random), filmId: film.id, title: film.title, price: price)
        }
        return PlacedOrder(
            id: .generate(now: now, using: &random), number: number, request: request, institution: institution,
            programme: programme, films: films, lines: lines, price: price, placedAt: now)
    }

    private static func buyer(_ facts: OrderingFacts) throws(OrderRejection) -> Institution {
        guard let institution = facts.institution else { throw .institutionUnknown }
        guard institution.verified else { throw .institutionNotVerified }
        return institution
    }

    private static func offer(
        _ request: OrderRequest, _ facts: OrderingFacts, to institution: Institution
    ) throws(OrderRejection) -> Programme {
        guard let programme = facts.programme else { throw .programmeUnknown(request.programmeId) }
        guard programme.eligibleInstitutionTypes.contains(institution.type) else {
            throw .institutionTypeNotEligible(institution.type)
        }
        guard programme.territories.contains(institution.territory) else {
            throw .programmeNotOffered(in: institution.territory)
        }
        for case .unsupported(let name) in programme.rules { throw .ruleNotSupported(name: name) }
        return programme
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
        _ request: OrderRequest, of films: Int, _ facts: OrderingFacts, _ programme: Programme,
        _ institution: Institution, now: Instant
    ) throws(OrderRejection) -> OrderPrice {
        let pricing = Pricing(
            programme: programme, institution: institution, taxes: facts.taxes, grantId: request.grantId,
            grant: facts.grant)
        do throws(PricingRefusal) {
            return try pricing.price(films: films, now: now)
        } catch {
            throw .pricing(error)
        }
    }
}
