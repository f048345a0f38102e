import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import TestSupport
import Testing

@Suite("What an invoice says")
struct BillingDocumentTests {
    @Test(
        "Net 30: the due date is thirty days after the issue date, over a leap day and a year's end",
        arguments: [
            ("2026-11-24", "2026-12-24"), ("2026-12-15", "2027-01-14"), ("2028-02-10", "2028-03-11"),
            ("2027-02-10", "2027-03-12"), ("2100-02-10", "2100-03-12"), ("2000-02-10", "2000-03-11"),
        ])
    func net30(issued: String, due: String) throws {
        let day = try CalendarDay(issued)
        let invoice = try BillingDocument.invoice(
            for: Self.sale(), from: Seller(name: "FilmClub"), id: .generate(now: SampleHouse.now), on: day)
        #expect(invoice.dueOn == (try CalendarDay(due)))
        #expect(invoice.series == "INV-\(issued.prefix(4))")
    }

    @Test("Days are read as they are written, one after the other through centuries, and nothing else is a day")
    func days() throws {
        for days in stride(from: Int64(-719_162), through: 2_932_896, by: 97) {
            let day = CalendarDay(clamping: days)
            #expect(try CalendarDay(day.text) == day)
            #expect(Int64(day.daysSince1970) == days)
        }
        #expect(CalendarDay(of: try Instant("1969-12-31T23:59:59.999999Z")).text == "1969-12-31")
        for text in [
            "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "+026-01-01", "2026-01-01T00:00:00Z", "", "20260101",
            "2100-02-29", "0000-01-01", "10000-01-01", "2026-01-٠١",
        ] {
            #expect(throws: InvalidValue.self) { try CalendarDay(text) }
        }
    }

    @Test("A number has at least six digits, and more where it needs them")
    func numbers() {
        #expect(DocumentNumber(series: "INV-2026", number: 1).description == "INV-2026-000001")
        #expect(DocumentNumber(series: "CRN-2027", number: 12_345_678).description == "CRN-2027-12345678")
    }

    @Test("Every posting adds up to nothing, whatever was granted, taxed and kept")
    func postings() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            let invoice = try BillingDocument.invoice(
                for: Self.sale(charge: Self.charge(using: &random)), from: Seller(name: "FilmClub"),
                id: .generate(now: SampleHouse.now), on: CalendarDay(of: SampleHouse.now))
            let sum = invoice.posting.reduce(0) { $0 + $1.amount.minorUnits }
            #expect(sum == 0, "seed \(seed)")
            let owed = invoice.posting.filter { $0.account == .receivable }.map(\.amount.minorUnits)
            #expect(owed == [invoice.content.total.minorUnits].filter { $0 != 0 }, "seed \(seed)")
        }
    }

    // MARK: - Samples

    static func sale(charge: Charge? = nil) throws -> Sale {
        let house = try SampleHouse()
        let order = try house.decide()
        return Sale(
            orderId: order.id, orderNumber: order.number.text, institution: house.school, lines: order.lines,
            charge: charge ?? Charge(screeningFees: order.total, total: order.total),
            payment: order.request.payment, placedAt: order.placedAt)
    }

    /// Any that adds up.
    static func charge(using random: inout SeededRandom) throws -> Charge {
        let dollars = try Currency("USD")
        func money(_ units: Int64) -> Money { Money(minorUnits: units, currency: dollars) }
        let fees = Int64.random(in: 0...PriceList.minorUnitsMax, using: &random)
        let discount = Bool.random(using: &random) ? fees / 2 : nil
        let taxed = fees - (discount ?? 0)
        let tax = Bool.random(using: &random) ? Int64.random(in: 0...taxed, using: &random) : nil
        return Charge(
            screeningFees: money(fees),
            discount: discount.map {
                Discount(grantId: .generate(now: SampleHouse.now), percent: 50, amount: money($0))
            },
            tax: tax.map { TaxCharge(name: "VAT", rateBasisPoints: 2_000, amount: money($0)) },
            total: money(taxed + (tax ?? 0)))
    }
}
