import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import TestSupport
import Testing

@Suite("A grant pays a part of the screening fees")
struct GrantTests {
    private let house: SampleHouse
    private let cycle: GrantCycle

    init() throws {
        house = try SampleHouse()
        cycle = GrantCycle(
            name: try Slug("2025-2026"), startsAt: SampleHouse.now - .seconds(60),
            endsAt: SampleHouse.now + .seconds(60))
    }

    private func grant(_ decision: GrantDecision? = .granted(percent: 50), of institution: InstitutionID? = nil)
        -> Grant
    {
        Grant(
            id: .generate(now: SampleHouse.now), institutionId: institution ?? house.school.id, cycle: cycle,
            statement: "We have no budget.", decision: decision)
    }

    private func price(
        _ grant: Grant?, asking id: GrantID? = nil, usedBy order: OrderID? = nil, at readAt: Instant = SampleHouse.now,
        taxes: [TaxRate] = []
    ) throws(PricingRefusal) -> OrderPrice {
        var request = house.request()
        request.grantId = id ?? grant?.id
        var facts = house.facts
        facts.taxes = TaxTable(version: 1, rates: taxes)
        facts.grant = grant.map { GrantStanding(grant: $0, usedBy: order, readAt: readAt) }
        return try Pricing(request, of: house.programme, to: house.school, by: facts).price(now: SampleHouse.now)
    }

    @Test(
        "A grant reduces the screening fees and nothing else",
        arguments: [(30, 75_000, 175_000), (40, 100_000, 150_000), (50, 125_000, 125_000)])
    func reduces(percent: Int, off: Int64, left: Int64) throws {
        let grant = grant(.granted(percent: percent))
        let usd = house.programme.priceList.currency
        let plain = try price(grant)
        #expect(
            plain.charge
                == Charge(
                    screeningFees: house.programme.priceList.bundle,
                    discount: Discount(
                        grantId: grant.id, percent: percent, amount: Money(minorUnits: off, currency: usd)),
                    total: Money(minorUnits: left, currency: usd)))
        #expect(try Money.sum(plain.lines, in: usd) == house.programme.priceList.bundle)
        #expect(plain.grantVersion == grant.version)

        // The tax is on what is left, at its full rate.
        let taxed = try price(
            grant, taxes: [TaxRate(territory: try Territory("US"), name: "VAT", rateBasisPoints: 2_000)])
        #expect(taxed.charge.tax?.amount.minorUnits == left / 5)
        #expect(taxed.charge.total.minorUnits == left + left / 5)
    }

    @Test("One that is another's, undecided, refused, used or not of this time pays nothing, and says why")
    func refusals() throws {
        let order = OrderID.generate(now: SampleHouse.now)
        #expect(throws: PricingRefusal.grantUnknown) { try price(nil, asking: .generate(now: SampleHouse.now)) }
        #expect(throws: PricingRefusal.grantUnknown) { try price(grant(of: .generate(now: SampleHouse.now))) }
        #expect(throws: PricingRefusal.grantUnknown) { try price(grant(), asking: .generate(now: SampleHouse.now)) }
        #expect(throws: PricingRefusal.grantNotGranted(.applied)) { try price(grant(nil)) }
        #expect(throws: PricingRefusal.grantNotGranted(.refused)) { try price(grant(.refused(reason: "Spent."))) }
        #expect(throws: PricingRefusal.grantUsed(by: order)) { try price(grant(), usedBy: order) }
        #expect(throws: PricingRefusal.grantNotYetValid(from: cycle.startsAt)) {
            try price(grant(), at: cycle.startsAt - .microseconds(1))
        }
        #expect(throws: PricingRefusal.grantExpired(at: cycle.endsAt)) { try price(grant(), at: cycle.endsAt) }
        #expect(throws: Never.self) {
            _ = try price(grant(), at: cycle.startsAt)
            _ = try price(grant(), at: cycle.endsAt - .microseconds(1))
        }
        // A grant that the request does not name is left alone.
        #expect(try price(nil).charge.discount == nil)
    }

    @Test("A decision is made once; said again it is no news, and another one is refused")
    func decided() throws {
        for decision in [GrantDecision.granted(percent: 40), .refused(reason: "The means are spent.")] {
            var grant = grant(nil)
            #expect(grant.state == .applied)
            #expect(try grant.decide(decision))
            #expect(grant.decision == decision && grant.version == 2)
            #expect(try !grant.decide(decision))
            #expect(throws: Grant.Decided.self) { try grant.decide(.granted(percent: 30)) }
            #expect(throws: Grant.Decided.self) { try grant.decide(.refused(reason: "Other.")) }
            #expect(grant.decision == decision && grant.version == 2)
        }
    }

    @Test("No sequence of tiers, grants and taxes loses or makes a cent")
    func noCentLost() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        var house = house
        let states = try Territory("US")
        for round in 0..<2_000 {
            let fees = Int64.random(in: 1...PriceList.minorUnitsMax, using: &random)
            let percent = Grant.percents.randomElement(using: &random) ?? 30
            let basisPoints = Int.random(in: TaxRate.basisPointsRange, using: &random)
            house.programme.priceList.bundleMinorUnits = fees
            let grant = grant(.granted(percent: percent))
            var request = house.request((0..<Int.random(in: 1...50, using: &random)).map { _ in house.films[0].id })
            request.grantId = grant.id
            var facts = house.facts
            facts.taxes = TaxTable(
                version: 1, rates: [TaxRate(territory: states, name: "VAT", rateBasisPoints: basisPoints)])
            facts.grant = GrantStanding(grant: grant, usedBy: nil, readAt: SampleHouse.now)
            let price = try Pricing(request, of: house.programme, to: house.school, by: facts).price(
                now: SampleHouse.now)
            let off = (Int128(fees) * Int128(percent) * 2 + 100) / 200
            let tax = ((Int128(fees) - off) * Int128(basisPoints) * 2 + 10_000) / 20_000
            let charge = price.charge
            #expect(Int128(charge.discount?.amount.minorUnits ?? 0) == off, "seed \(seed), round \(round)")
            #expect(Int128(charge.tax?.amount.minorUnits ?? 0) == tax, "seed \(seed), round \(round)")
            #expect(Int128(charge.total.minorUnits) == Int128(fees) - off + tax, "seed \(seed), round \(round)")
            #expect(
                price.lines.reduce(0) { $0 + Int128($1.minorUnits) } == Int128(fees), "seed \(seed), round \(round)")
        }
    }
}
