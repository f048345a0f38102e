public import FilmClubModel

/// What an order costs, as a whole and line by line, and by which versions that was decided.
public struct OrderPrice: Hashable, Sendable {
    public let charge: Charge
    /// One a film, before discount and tax: they add up to the screening fees.
    public let lines: [Money]
    public let priceListVersion: Int
    public let taxVersion: Int64
}

/// What an order costs is decided here and nowhere else, from what is known of the programme, the institution and the
/// taxes. It takes no price from outside, and makes and loses no cent.
///
/// The screening fees are the bundle's price, by the tier of the institution's type. The tax is on their sum, rounded
/// once, and never on a line.
public struct Pricing: Hashable, Sendable {
    private let programme: Programme
    private let institution: Institution
    private let taxes: TaxTable

    public init(programme: Programme, institution: Institution, taxes: TaxTable) {
        self.programme = programme
        self.institution = institution
        self.taxes = taxes
    }

    /// - Parameter now: which of the price lists holds: opening hours, which the process's clock may judge.
    public func price(films: Int, now: Instant) throws(PricingRefusal) -> OrderPrice {
        guard let list = programme.priceList(at: now) else { throw .notForSale }
        guard case .fixed(_, let bundle) = list.price(for: institution.type) else {
            throw .priceOnRequest(institution.type)
        }
        let fees = Money(minorUnits: bundle, currency: list.currency)
        return OrderPrice(
            charge: try charge(fees), lines: fees.shares(films), priceListVersion: list.version,
            taxVersion: taxes.version)
    }

    private func charge(_ fees: Money) throws(PricingRefusal) -> Charge {
        guard let rate = taxes.rate(for: institution) else { return Charge(screeningFees: fees, total: fees) }
        let tax = TaxCharge(
            name: rate.name, rateBasisPoints: rate.rateBasisPoints, amount: fees.part(basisPoints: rate.rateBasisPoints)
        )
        do throws(MoneyError) {
            return Charge(screeningFees: fees, tax: tax, total: try fees.adding(tax.amount))
        } catch {
            throw .tooLarge
        }
    }
}
