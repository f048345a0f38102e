import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import TestSupport
import Testing

@Suite("What an order costs")
struct PricingTests {
    private let house: SampleHouse
    private let usd: Currency

    init() throws {
        house = try SampleHouse()
        usd = try Currency("USD")
    }

    private func price(
        films: Int = 5, at now: Instant = SampleHouse.now,
        _ change: (inout Programme, inout Institution, inout [TaxRate]) throws -> Void = { _, _, _ in }
    ) throws -> OrderPrice {
        var (programme, institution, rates) = (house.programme, house.school, [TaxRate]())
        try change(&programme, &institution, &rates)
        var facts = house.facts
        facts.taxes = TaxTable(version: 7, rates: rates)
        let ids = (0..<films).map { _ in FilmID.generate(now: now) }
        return try Pricing(house.request(ids), of: programme, to: institution, by: facts).price(now: now)
    }

    private func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: usd) }

    private func vat(_ territory: String, _ basisPoints: Int) throws -> TaxRate {
        TaxRate(territory: try Territory(territory), name: "VAT", rateBasisPoints: basisPoints)
    }

    @Test("A bundle costs what its institution's tier says, and the lines add up to it")
    func tiers() throws {
        let tiers = [
            PriceTier(
                institutionTypes: [.publicLibrary, .culturalInstitution],
                price: .fixed(filmMinorUnits: 45_000, bundleMinorUnits: 225_001)),
            PriceTier(institutionTypes: [.college], price: .onRequest),
        ]
        for (type, bundle) in [
            (InstitutionType.publicLibrary, Int64(225_001)), (.culturalInstitution, 225_001), (.university, 250_000),
        ] {
            let price = try price { programme, institution, _ in
                programme.priceList.tiers = tiers
                institution.type = type
            }
            #expect(price.charge == Charge(screeningFees: usd(bundle), total: usd(bundle)))
            #expect(price.lines.count == 5)
            #expect(try Money.sum(price.lines, in: usd) == usd(bundle))
            #expect(price.priceListVersion == 7 && price.taxVersion == 7)
        }
        #expect(throws: PricingRefusal.priceOnRequest(.college)) {
            try price { programme, institution, _ in
                programme.priceList.tiers = tiers
                institution.type = .college
            }
        }
    }

    @Test("The price list that holds at the moment is the one that is sold by, from its first moment to its last")
    func validity() throws {
        let now = SampleHouse.now
        func price(at time: Instant) throws -> OrderPrice {
            try self.price(at: time) { programme, _, _ in
                programme.priceList.validUntil = now
                var later = programme.priceList
                (later.version, later.bundleMinorUnits) = (8, 260_000)
                (later.validFrom, later.validUntil) = (now + .seconds(60), now + .seconds(120))
                programme.laterPriceLists = [later]
            }
        }
        #expect(try price(at: now - .microseconds(1)).priceListVersion == 7)
        #expect(throws: PricingRefusal.notForSale) { try price(at: now) }
        #expect(throws: PricingRefusal.notForSale) { try price(at: now + .seconds(59)) }
        let later = try price(at: now + .seconds(60))
        #expect(later.priceListVersion == 8 && later.charge.total == usd(260_000))
        #expect(throws: PricingRefusal.notForSale) { try price(at: now + .seconds(120)) }
    }

    @Test("Tax is rounded once, on the sum")
    func roundedOnce() throws {
        // A tenth of each of the five lines is 2,000 or 2,001, and five of these never 10,001.
        let price = try price { programme, _, rates in
            programme.priceList.bundleMinorUnits = 100_005
            rates = [try vat("US", 1_000), try vat("ES", 2_100)]
        }
        #expect(price.lines.map(\.minorUnits) == [20_001, 20_001, 20_001, 20_001, 20_001])
        #expect(price.charge.tax == TaxCharge(name: "VAT", rateBasisPoints: 1_000, amount: usd(10_001)))
        #expect(price.charge.total == usd(110_006))
    }

    @Test("The tax is that of the country where the institution is established, else of where it screens")
    func country() throws {
        func tax(_ change: @escaping (inout Institution) throws -> Void) throws -> TaxCharge? {
            try price { _, institution, rates in
                rates = [try vat("US", 500), try vat("GB", 2_000), try vat("DK", 0)]
                try change(&institution)
            }.charge.tax
        }
        #expect(try tax { _ in }?.amount == usd(12_500))
        #expect(try tax { $0.country = try Territory("GB") }?.amount == usd(50_000))
        #expect(try tax { $0.taxStatus = .taxable }?.amount == usd(12_500))
        #expect(try tax { $0.country = try Territory("DK") }?.amount == usd(0))
        #expect(try tax { $0.country = try Territory("FR") } == nil)
    }

    @Test("An exempt library pays no tax, wherever it is")
    func exempt() throws {
        let price = try price { _, institution, rates in
            rates = [try vat("US", 500)]
            institution.taxStatus = .exempt
        }
        #expect(price.charge == Charge(screeningFees: usd(250_000), total: usd(250_000)))
    }

    @Test("A sum beyond what can be calculated with is refused, never trapped")
    func tooLarge() throws {
        #expect(throws: PricingRefusal.tooLarge) {
            try price { programme, _, rates in
                programme.priceList.bundleMinorUnits = .max
                rates = [try vat("US", 1)]
            }
        }
    }

    @Test("No sequence of tiers and taxes loses or makes a cent")
    func noCentLost() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for round in 0..<2_000 {
            let bundle = Int64.random(in: 1...PriceList.minorUnitsMax, using: &random)
            let tier = Int64.random(in: 1...PriceList.minorUnitsMax, using: &random)
            let basisPoints = Int.random(in: TaxRate.basisPointsRange, using: &random)
            let films = Int.random(in: 1...Programme.slotsMax, using: &random)
            let (isTiered, isTaxed) = (Bool.random(using: &random), Bool.random(using: &random))
            let price = try price(films: films) { programme, _, rates in
                programme.priceList.bundleMinorUnits = bundle
                if isTiered {
                    programme.priceList.tiers = [
                        PriceTier(
                            institutionTypes: [.highSchool], price: .fixed(filmMinorUnits: 0, bundleMinorUnits: tier))
                    ]
                }
                if isTaxed { rates = [try vat("US", basisPoints)] }
            }
            let fees = Int128(isTiered ? tier : bundle)
            let tax = isTaxed ? (fees * Int128(basisPoints) * 2 + 10_000) / 20_000 : 0
            #expect(Int128(price.charge.screeningFees.minorUnits) == fees, "seed \(seed), round \(round)")
            #expect(Int128(price.charge.tax?.amount.minorUnits ?? 0) == tax, "seed \(seed), round \(round)")
            #expect(Int128(price.charge.total.minorUnits) == fees + tax, "seed \(seed), round \(round)")
            let lines = price.lines.map { Int128($0.minorUnits) }
            #expect(lines.count == films && lines.reduce(0, +) == fees, "seed \(seed), round \(round)")
        }
    }
}

@Suite("The tax table is stated whole")
struct TaxImportTests {
    private func rate(_ territory: String, _ basisPoints: Int) throws -> TaxRate {
        TaxRate(territory: try Territory(territory), name: "VAT", rateBasisPoints: basisPoints)
    }

    @Test("Its version rises with what is news, and with nothing else")
    func versions() throws {
        let (gb, es, dearer) = (try rate("GB", 2_000), try rate("ES", 2_100), try rate("GB", 2_500))
        let first = TaxImport([gb, es], over: .none)
        #expect((first.created, first.changed, first.unchanged, first.table.version) == (2, 0, 0, 1))
        #expect(first.table.rates == [es, gb])

        let again = TaxImport([es, gb], over: first.table)
        #expect((again.created, again.changed, again.unchanged) == (0, 0, 2) && !again.isNews)
        #expect(again.table == first.table)
        #expect(TaxImport(nil, over: first.table).table == first.table)

        let changed = TaxImport([dearer], over: first.table)
        #expect((changed.created, changed.changed, changed.unchanged, changed.table.version) == (0, 2, 0, 2))
        let gone = TaxImport([], over: changed.table)
        #expect((gone.created, gone.changed, gone.unchanged, gone.table.version) == (0, 1, 0, 3))
        #expect(gone.table.rates.isEmpty)
        #expect(!TaxImport([], over: .none).isNews)
    }
}
