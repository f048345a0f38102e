import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import TestSupport
import Testing

@Suite("Books")
struct BooksTests {
    @Test("No order of operations loses or makes a cent")
    func random() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<1_000 {
            var books = try Books(using: &random)
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                try books.doSomething(using: &random)
                #expect(books.isBalanced, "seed \(seed)")
            }
        }
    }

    @Test("What is kept of a cancelled order is the fee of its programme's terms, and never more than the order")
    func fee() throws {
        let terms = CancellationTerms(withinDays: 14, administrativeFeeMinorUnits: 5_000)
        func kept(_ state: OrderState, _ terms: CancellationTerms?, total: Int64 = 250_000) throws -> Int64 {
            try Self.cancellation(state, terms, total: total).fee(for: .buyer, now: SampleHouse.now).minorUnits
        }
        #expect(try kept(.confirmed, terms) == 5_000)
        #expect(try kept(.fulfilled, terms) == 5_000)
        #expect(try kept(.fulfilled, terms, total: 1_200) == 1_200)
        #expect(try kept(.placed, nil) == 0)
        #expect(throws: CancellationRefusal.noTerms) { try kept(.confirmed, nil) }
        for state in [OrderState.cancelled, .refunded] {
            #expect(throws: CancellationRefusal.ended(state)) { try kept(state, terms) }
        }
    }

    @Test("The right to cancel ends to the microsecond, and the house may end what is not ended, for nothing")
    func days() throws {
        let terms = CancellationTerms(withinDays: 14, administrativeFeeMinorUnits: 5_000)
        let cancellation = try Self.cancellation(.fulfilled, terms)
        let end = SampleHouse.now + .seconds(14 * 86_400)
        #expect(try cancellation.fee(for: .buyer, now: end - .microseconds(1)).minorUnits == 5_000)
        #expect(throws: CancellationRefusal.tooLate(end)) { try cancellation.fee(for: .buyer, now: end) }
        #expect(try cancellation.fee(for: .house, now: end).minorUnits == 0)
        #expect(try Self.cancellation(.confirmed, nil).fee(for: .house, now: end).minorUnits == 0)
    }

    private static func cancellation(
        _ state: OrderState, _ terms: CancellationTerms?, total: Int64 = 250_000
    ) throws -> Cancellation {
        Cancellation(
            state: state, terms: terms, placedAt: SampleHouse.now,
            total: Money(minorUnits: total, currency: try Currency("USD")))
    }
}

/// An order's money as a clerk would follow it, beside what the domain says.
private struct Books {
    private var sale: Sale
    private let seller = Seller(name: "FilmClub")
    private let day = CalendarDay(of: SampleHouse.now)
    private var state = OrderState.confirmed
    private var invoice: BillingDocument?
    private var standing: InvoiceStanding?
    private var accounts: [LedgerAccount: Int64] = [:]
    private var paid: Int64 = 0
    private var isCredited = false
    private var kept: Int64 = 0

    init(using random: inout SeededRandom) throws {
        sale = try BillingDocumentTests.sale(charge: BillingDocumentTests.charge(using: &random))
    }

    mutating func doSomething(using random: inout SeededRandom) throws {
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where state == .confirmed:
            try issue(.invoice(for: sale, from: seller, id: id, on: day), then: .fulfilled)
        case 1 where state != .cancelled: try cancel(keeping: Int64.random(in: 0...20_000, using: &random))
        default:
            try pay(
                Int64.random(in: -1...PriceList.minorUnitsMax * 2, using: &random)
                    >> Int64.random(in: 0...30, using: &random))
        }
    }

    private var id: InvoiceID { .generate(now: SampleHouse.now) }

    private mutating func issue(_ document: BillingDocument, then next: OrderState) throws {
        post(document.posting)
        state = next
        invoice = document
        standing = InvoiceStanding(invoice: document.id, balance: document.content.total)
    }

    private mutating func cancel(keeping fee: Int64) throws {
        let total = sale.charge.total
        let fee = Money(minorUnits: min(fee, total.minorUnits), currency: total.currency)
        kept = fee.minorUnits
        if let invoice {
            let note = try invoice.cancelled(keeping: fee, id: id, on: day)
            post(note.posting)
            try standing?.credit(note.content.total)
            isCredited = true
        } else if fee.minorUnits > 0 {
            try issue(.invoice(over: fee, of: sale, from: seller, id: id, on: day), then: .cancelled)
        }
        state = .cancelled
    }

    private mutating func pay(_ units: Int64) throws {
        guard let balance = standing?.balance.minorUnits else { return }
        let amount = Money(minorUnits: units, currency: sale.charge.total.currency)
        guard let entries = try? standing?.pay(amount) else {
            #expect(units > balance || units <= 0)
            return
        }
        post(entries)
        paid += units
    }

    private mutating func post(_ entries: [LedgerEntry]) {
        for entry in entries { accounts[entry.account, default: 0] += entry.amount.minorUnits }
    }

    /// Nothing is lost or made, and the buyer owes what was sold, or the fee that is kept, less what was paid.
    var isBalanced: Bool {
        let owed = invoice == nil ? 0 : state == .cancelled ? kept : sale.charge.total.minorUnits
        return accounts.values.reduce(0, +) == 0 && accounts[.cash, default: 0] == paid
            && accounts[.receivable, default: 0] == owed - paid
            && accounts[.receivable, default: 0] == standing?.balance.minorUnits ?? 0
            && (state != .cancelled || accounts[.administrativeFee, default: 0] == -kept)
            && (state != .cancelled || accounts[.screeningFees, default: 0] == 0)
    }
}
