import FilmClubModel
import JSON
import ServiceTestSupport
import Testing

@testable import CheckoutDomain
@testable import CheckoutService

@Suite("Events written by hand are the bytes that the encoder writes")
struct OrderEventsWritingTests {
    @Test(
        "For every shape an order can have", arguments: [nil, 1, 500], ["Plain", "\"Quoted\"\\\n\u{1} – ñandú 🎬", ""])
    func same(sessions: Int?, title: String) throws {
        var house = try SampleHouse()
        house.programme.caps = Caps(concurrentSessionsMax: sessions)
        house.school.name = "Escuela \(title)"
        for index in house.films.indices { house.films[index].title = title }
        let order = try house.decide()
        try expectSame(order.events, of: order.institution, costing: order.price.charge)
    }

    @Test("With everything that an institution and a charge can have", arguments: [true, false])
    func sameWithEverything(isWhole: Bool) throws {
        var house = try SampleHouse()
        house.school.country = try Territory("CA")
        house.school.nonProfit = isWhole
        house.school.taxStatus = isWhole ? .exempt : .taxable
        house.school.taxId = "\"12\" 34/ñ"
        house.school.domains = [try DomainName("lincoln.example"), try DomainName("xn--ls8h.example")]
        let order = try house.decide()
        let total = order.total
        let charge = Charge(
            screeningFees: total,
            discount: isWhole ? Discount(grantId: .generate(now: .now()), percent: 40, amount: total) : nil,
            tax: isWhole ? TaxCharge(name: "IVA “reducido”", rateBasisPoints: 0, amount: total) : nil, total: total,
            quoteId: isWhole ? .generate(now: .now()) : nil)
        let events = order.events.map { event in
            guard case .placed(var body) = event.body else { return event }
            body.charge = charge
            return NumberedOrderEvent(sequence: event.sequence, body: .placed(body))
        }
        try expectSame(events, of: order.institution, costing: charge)
    }

    private func expectSame(
        _ events: [NumberedOrderEvent], of institution: Institution, costing charge: Charge
    ) throws {
        let json = institution.json
        #expect(try json == JSON.encode(institution))
        #expect(try charge.json == JSON.encode(charge))
        for event in events {
            let encoded: [UInt8] =
                switch event.body {
                case .placed(let body): try JSON.encode(body)
                case .confirmed(let body): try JSON.encode(body)
                case .fulfilled(let body): try JSON.encode(body)
                case .cancelled(let body): try JSON.encode(body)
                }
            #expect(event.json(institution: json, charge: charge.json) == encoded)
        }
    }
}
