import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import Testing

@Suite("Whether a request becomes an order")
struct OrderPlacementTests {
    @Test("Five sellable films of the programme become an order at the price list's price")
    func placed() throws {
        let house = try SampleHouse()
        let request = house.request()
        let order = try house.decide(request)

        #expect(order.lines.map(\.filmId) == request.filmIds)
        #expect(order.lines.map(\.title) == house.films.prefix(5).map(\.title))
        #expect(order.total == house.programme.priceList.bundle)
        #expect(try Money.sum(order.lines.map(\.price), in: order.total.currency) == order.total)
        #expect(Set(order.lines.map(\.lineId)).count == 5)
        #expect(order.number.text == "FC-2026-000123")
        #expect(order.progress.state == .confirmed)
        #expect(order.progress.sequence == 2)
        #expect(order.progress.waiting == .first)
    }

    @Test("Its events carry all that other services need, from sequence 1 on")
    func events() throws {
        let house = try SampleHouse()
        let order = try house.decide()

        #expect(order.events.map(\.sequence) == [1, 2])
        guard case .placed(let placed) = order.events[0].body, case .confirmed(let confirmed) = order.events[1].body
        else {
            Issue.record("OrderPlaced, then OrderConfirmed")
            return
        }
        #expect(placed.orderId == order.id)
        #expect(placed.cartId == order.request.cartId)
        #expect(placed.institution == house.school)
        #expect(placed.programmeVersion == 3)
        #expect(placed.priceListVersion == 7)
        #expect(placed.total.minorUnits == 250_000)
        #expect(placed.charge == Charge(screeningFees: placed.total, total: placed.total))
        #expect(confirmed.lines.map(\.lineId) == placed.lines.map(\.lineId))
        #expect(confirmed.timeZone == house.school.timeZone)
        #expect(confirmed.windowDays == 7)
        #expect(confirmed.caps.concurrentSessionsMax == 30)
    }

    @Test("A price that five lines cannot share evenly still adds up to the cent")
    func unevenPrice() throws {
        var house = try SampleHouse()
        house.programme.priceList.bundleMinorUnits = 100_003
        let order = try house.decide()
        #expect(order.lines.map(\.price.minorUnits) == [20_001, 20_001, 20_001, 20_000, 20_000])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout SampleHouse, inout OrderRequest, inout OrderingFacts) throws -> OrderRejection

        init(
            _ description: String,
            _ change:
                @escaping @Sendable (inout SampleHouse, inout OrderRequest, inout OrderingFacts) throws ->
                OrderRejection
        ) {
            testDescription = description
            self.change = change
        }
    }

    static let rejections: [Case] = [
        Case("an institution that nobody imported") { _, _, facts in
            facts.institution = nil
            return .institutionUnknown
        },
        Case("an unverified institution") { _, _, facts in
            facts.institution?.verified = false
            return .institutionNotVerified
        },
        Case("an unknown programme") { _, request, facts in
            facts.programme = nil
            return .programmeUnknown(request.programmeId)
        },
        Case("a programme for other types of institution") { _, _, facts in
            facts.institution?.type = .publicLibrary
            return .institutionTypeNotEligible(.publicLibrary)
        },
        Case("a programme that is offered elsewhere") { _, _, facts in
            facts.institution?.territory = try Territory("ES")
            return .programmeNotOffered(in: try Territory("ES"))
        },
        Case("a rule of a newer house") { _, _, facts in
            facts.programme?.rules = [.unsupported(rule: "full-moon")]
            return .ruleNotSupported(name: "full-moon")
        },
        Case("no films") { _, request, _ in
            request.filmIds = []
            return .wrongNumberOfFilms(expected: 5, given: 0)
        },
        Case("four films") { _, request, _ in
            request.filmIds.removeLast()
            return .wrongNumberOfFilms(expected: 5, given: 4)
        },
        Case("six films") { house, request, _ in
            request.filmIds.append(house.films[5].id)
            return .wrongNumberOfFilms(expected: 5, given: 6)
        },
        Case("the same film five times") { house, request, _ in
            let id = house.films[0].id
            request.filmIds = Array(repeating: id, count: 5)
            return .repeatedFilms([id, id, id, id])
        },
        Case("a film twice") { house, request, _ in
            request.filmIds[4] = house.films[1].id
            return .repeatedFilms([house.films[1].id])
        },
        Case("unknown films") { house, request, facts in
            facts.films[house.films[0].id] = nil
            facts.films[house.films[3].id] = nil
            return .unknownFilms([house.films[0].id, house.films[3].id])
        },
        Case("a withdrawn film") { house, _, facts in
            facts.films[house.films[2].id]?.status = .withdrawn
            return .withdrawnFilms([house.films[2].id])
        },
        Case("a film without a licence where the institution is") { house, _, facts in
            facts.films[house.films[4].id]?.territories = [try Territory("ES")]
            return .filmsNotLicensed([house.films[4].id], in: try Territory("US"))
        },
        Case("a film without any licence") { house, _, facts in
            facts.films[house.films[4].id]?.territories = []
            return .filmsNotLicensed([house.films[4].id], in: try Territory("US"))
        },
        Case("too many films by one director") { _, _, facts in
            facts.programme?.rules = [.maximumByOneDirector(count: 1)]
            return .ruleNotMet(.maximumByOneDirector(count: 1))
        },
        Case("a type whose price is on request") { _, _, facts in
            facts.programme?.priceList.tiers = [PriceTier(institutionTypes: [.highSchool], price: .onRequest)]
            return .pricing(.priceOnRequest(.highSchool))
        },
        Case("a price list that does not hold yet") { _, _, facts in
            facts.programme?.priceList.validFrom = SampleHouse.now + .seconds(1)
            return .pricing(.notForSale)
        },
        Case("too few old films") { _, _, facts in
            facts.programme?.rules = [.minimumBeforeYear(count: 3, year: 2000)]
            return .ruleNotMet(.minimumBeforeYear(count: 3, year: 2000))
        },
    ]

    @Test("No order, and the first thing to mend is named", arguments: rejections)
    func rejected(_ rejection: Case) throws {
        var house = try SampleHouse()
        var request = house.request()
        var facts = house.facts
        let expected = try rejection.change(&house, &request, &facts)
        #expect(throws: expected) { try house.decide(request, by: facts) }
    }

    @Test("The number has the year, at least six digits, and never ends")
    func numbers() throws {
        #expect(OrderNumber(serial: 1, now: SampleHouse.now).text == "FC-2026-000001")
        #expect(OrderNumber(serial: 1_234_567, now: SampleHouse.now).text == "FC-2026-1234567")
        #expect(OrderNumber(serial: .max, now: SampleHouse.now).text == "FC-2026-9223372036854775807")
    }
}
