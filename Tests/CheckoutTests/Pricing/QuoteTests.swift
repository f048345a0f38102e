import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import Testing

@Suite("An order at a quoted price")
struct QuoteTests {
    private var house: SampleHouse
    private let until = SampleHouse.now + .seconds(60)

    init() throws {
        house = try SampleHouse()
        house.programme.priceList.tiers = [PriceTier(institutionTypes: [.highSchool], price: .onRequest)]
    }

    private func quote(_ minorUnits: Int64? = 150_001, of institution: InstitutionID? = nil) -> Quote {
        let bundle = minorUnits.map { Money(minorUnits: $0, currency: house.programme.priceList.currency) }
        return Quote(
            id: .generate(now: SampleHouse.now), version: 2, institutionId: institution ?? house.school.id,
            programmeId: house.programme.id, message: nil,
            offer: bundle.map { Quote.Offer(bundle: $0, validUntil: until) })
    }

    private func price(
        _ quote: Quote?, seeing version: Int64 = 2, usedBy order: OrderID? = nil, at readAt: Instant = SampleHouse.now,
        _ change: (inout OrderRequest, inout SampleHouse) throws -> Void = { _, _ in }
    ) throws -> OrderPrice {
        var house = house
        var request = house.request()
        request.quote = SeenQuote(id: quote?.id ?? .generate(now: SampleHouse.now), version: version)
        try change(&request, &house)
        var facts = house.facts
        facts.taxes = TaxTable(
            version: 1, rates: [TaxRate(territory: try Territory("US"), name: "VAT", rateBasisPoints: 2_000)])
        facts.quote = quote.map { QuoteStanding(quote: $0, usedBy: order, readAt: readAt) }
        return try Pricing(request, of: house.programme, to: house.school, by: facts).price(now: SampleHouse.now)
    }

    @Test("A type whose price is on request is sold by quote alone, at the quoted price and the full tax")
    func quoted() throws {
        let quote = quote()
        let price = try price(quote)
        let usd = house.programme.priceList.currency
        func money(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: usd) }
        #expect(
            price.charge
                == Charge(
                    screeningFees: money(150_001),
                    tax: TaxCharge(name: "VAT", rateBasisPoints: 2_000, amount: money(30_000)), total: money(180_001),
                    quoteId: quote.id))
        #expect(price.lines.map(\.minorUnits) == [30_001, 30_000, 30_000, 30_000, 30_000])
        // Though no price list holds.
        let late = try self.price(quote) { _, house in house.programme.priceList.validUntil = SampleHouse.now }
        #expect(late.charge == price.charge)
    }

    @Test("One that is another's, not offered, used, past its date or changed sells nothing, and says why")
    func refusals() throws {
        let order = OrderID.generate(now: SampleHouse.now)
        let other = ProgrammeID.generate(now: SampleHouse.now)
        #expect(throws: PricingRefusal.quoteUnknown) { try price(nil) }
        #expect(throws: PricingRefusal.quoteUnknown) { try price(quote(of: .generate(now: SampleHouse.now))) }
        #expect(throws: PricingRefusal.quoteForOtherProgramme(house.programme.id)) {
            try price(quote()) { _, house in house.programme.id = other }
        }
        #expect(throws: PricingRefusal.quoteNotOffered) { try price(quote(nil)) }
        #expect(throws: PricingRefusal.quoteUsed(by: order)) { try price(quote(), usedBy: order) }
        #expect(throws: PricingRefusal.quoteChanged(version: 2)) { try price(quote(), seeing: 1) }
        #expect(throws: PricingRefusal.quoteExpired(at: until)) { try price(quote(), at: until) }
        #expect(throws: PricingRefusal.grantNotForQuote) {
            try price(quote()) { request, _ in request.grantId = .generate(now: SampleHouse.now) }
        }
    }
}
