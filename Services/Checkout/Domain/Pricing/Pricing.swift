public import FilmClubModel

/// What an order costs, as a whole and line by line, and by which versions that was decided.
public struct OrderPrice: Hashable, Sendable {
    public let charge: Charge
    /// One a film, before discount and tax: they add up to the screening fees.
    public let lines: [Money]
    public let priceListVersion: Int
    public let taxVersion: Int64
    public let grantVersion: Int64?
}

/// What an order costs is decided here and nowhere else, from what is known of the programme, the institution and the
/// taxes, and of the grant or the quote that the order names. It takes no price from outside, and makes and loses no
/// cent.
///
/// The screening fees are the bundle's price: the quoted one, or that of the tier of the institution's type. A grant's
/// discount is on their sum and the tax on what is left of it, each rounded once, and never on a line.
public struct Pricing: Hashable, Sendable {
    private let request: OrderRequest
    private let programme: Programme
    private let institution: Institution
    private let facts: OrderingFacts

    public init(_ request: OrderRequest, of programme: Programme, to institution: Institution, by facts: OrderingFacts)
    {
        self.request = request
        self.programme = programme
        self.institution = institution
        self.facts = facts
    }

    /// - Parameter now: which of the price lists holds: opening hours, which the process's clock may judge.
    public func price(now: Instant) throws(PricingRefusal) -> OrderPrice {
        let list = programme.priceList(at: now)
        let fees = try fees(list)
        return OrderPrice(
            charge: try charge(fees), lines: fees.shares(request.filmIds.count),
            priceListVersion: (list ?? programme.priceList).version, taxVersion: facts.taxes.version,
            grantVersion: request.grantId == nil ? nil : facts.grant?.grant.version)
    }

    private func fees(_ list: PriceList?) throws(PricingRefusal) -> Money {
        if let seen = request.quote {
            guard request.grantId == nil else { throw .grantNotForQuote }
            guard let quote = facts.quote, quote.quote.id == seen.id, quote.quote.institutionId == institution.id else {
                throw .quoteUnknown
            }
            return try quote.bundle(for: programme.id, seen: seen.version)
        }
        guard let list else { throw .notForSale }
        guard case .fixed(_, let bundle) = list.price(for: institution.type) else {
            throw .priceOnRequest(institution.type)
        }
        return Money(minorUnits: bundle, currency: list.currency)
    }

    private func charge(_ fees: Money) throws(PricingRefusal) -> Charge {
        let discount = try discount(fees)
        do throws(MoneyError) {
            var charge = Charge(screeningFees: fees, discount: discount, total: fees, quoteId: request.quote?.id)
            if let discount { charge.total = try fees.subtracting(discount.amount) }
            if let rate = facts.taxes.rate(for: institution) {
                let tax = charge.total.part(basisPoints: rate.rateBasisPoints)
                charge.tax = TaxCharge(name: rate.name, rateBasisPoints: rate.rateBasisPoints, amount: tax)
                charge.total = try charge.total.adding(tax)
            }
            return charge
        } catch {
            throw .tooLarge
        }
    }

    private func discount(_ fees: Money) throws(PricingRefusal) -> Discount? {
        guard let grantId = request.grantId else { return nil }
        guard let grant = facts.grant, grant.grant.id == grantId, grant.grant.institutionId == institution.id else {
            throw .grantUnknown
        }
        let percent = try grant.percent()
        return Discount(grantId: grantId, percent: percent, amount: fees.part(basisPoints: percent * 100))
    }
}
