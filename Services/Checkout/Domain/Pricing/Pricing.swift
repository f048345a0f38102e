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
/// taxes, and of the grant that is to pay a part. It takes no price from outside, and makes and loses no cent.
///
/// The screening fees are the bundle's price, by the tier of the institution's type. A grant's discount is on their sum
/// and the tax on what is left of it, each rounded once, and never on a line.
public struct Pricing: Hashable, Sendable {
    private let programme: Programme
    private let institution: Institution
    private let taxes: TaxTable
    private let grantId: GrantID?
    private let grant: GrantStanding?

    /// - Parameters:
    ///   - grantId: the grant that is asked for.
    ///   - grant: what is known of it; nil for one that is not the institution's, or not there.
    public init(
        programme: Programme, institution: Institution, taxes: TaxTable, grantId: GrantID? = nil,
        grant: GrantStanding? = nil
    ) {
        self.programme = programme
        self.institution = institution
        self.taxes = taxes
        self.grantId = grantId
        self.grant = grant
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
            taxVersion: taxes.version, grantVersion: grantId == nil ? nil : grant?.grant.version)
    }

    private func charge(_ fees: Money) throws(PricingRefusal) -> Charge {
        let discount = try discount(fees)
        do throws(MoneyError) {
            var charge = Charge(screeningFees: fees, discount: discount, total: fees)
            if let discount { charge.total = try fees.subtracting(discount.amount) }
            if let rate = taxes.rate(for: institution) {
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
        guard let grantId else { return nil }
        guard let grant, grant.grant.id == grantId, grant.grant.institutionId == institution.id else {
            throw .grantUnknown
        }
        let percent = try grant.percent()
        return Discount(grantId: grantId, percent: percent, amount: fees.part(basisPoints: percent * 100))
    }
}
