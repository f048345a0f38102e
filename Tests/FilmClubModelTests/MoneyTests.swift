import FilmClubModel
import JSON
import Testing

@Suite("Money")
struct MoneyTests {
    let usd: Currency

    init() throws {
        usd = try Currency("USD")
    }

    @Test("Amounts of one currency add up exactly")
    func adding() throws {
        let film = Money(minorUnits: 500_00, currency: usd)
        #expect(try film.multiplied(by: 5) == Money(minorUnits: 2_500_00, currency: usd))
        #expect(try film.adding(film).subtracting(film) == film)
        #expect(try Money.sum(Array(repeating: film, count: 5), in: usd).minorUnits == 250_000)
        #expect(try Money.sum([], in: usd).minorUnits == 0)
    }

    @Test("What would overflow is refused, never trapped")
    func overflow() {
        let most = Money(minorUnits: .max, currency: usd)
        let least = Money(minorUnits: .min, currency: usd)
        let one = Money(minorUnits: 1, currency: usd)
        #expect(throws: MoneyError.overflow) { try most.adding(one) }
        #expect(throws: MoneyError.overflow) { try least.subtracting(one) }
        #expect(throws: MoneyError.overflow) { try most.multiplied(by: 2) }
        #expect(throws: MoneyError.overflow) { try least.multiplied(by: -1) }
    }

    @Test("Two currencies never mix")
    func mixing() throws {
        let dollars = Money(minorUnits: 1, currency: usd)
        let euros = Money(minorUnits: 1, currency: try Currency("EUR"))
        #expect(throws: MoneyError.currenciesDiffer(usd, euros.currency)) { try dollars.adding(euros) }
    }

    @Test("People read the amount in the currency's own digits")
    func description() throws {
        #expect("\(Money(minorUnits: 250_000, currency: usd))" == "USD 2,500.00")
        #expect("\(Money(minorUnits: -5, currency: usd))" == "USD -0.05")
        #expect("\(Money(minorUnits: 1_234_567, currency: try Currency("CLP")))" == "CLP 1,234,567")
        #expect("\(Money(minorUnits: 1_234, currency: try Currency("KWD")))" == "KWD 1.234")
        #expect("\(Money(minorUnits: .min, currency: usd))" == "USD -92,233,720,368,547,758.08")
    }

    @Test("JSON carries integer minor units; a fraction is refused")
    func json() throws {
        let money = Money(minorUnits: 250_000, currency: usd)
        let bytes = Array(#"{"minorUnits":250000,"currency":"USD"}"#.utf8)
        #expect(try JSON.encode(money) == bytes)
        #expect(try JSON.decode(Money.self, from: bytes) == money)
        for wrong in [
            #"{"minorUnits":2500.5,"currency":"USD"}"#, #"{"minorUnits":"250000","currency":"USD"}"#,
            #"{"minorUnits":9223372036854775808,"currency":"USD"}"#, #"{"minorUnits":1,"currency":"usd"}"#,
            #"{"minorUnits":1}"#,
        ] {
            #expect(throws: JSONError.self) { try JSON.decode(Money.self, from: Array(wrong.utf8)) }
        }
    }

    @Test(
        "An amount is divided without losing a cent", arguments: [1, 2, 3, 5, 7, 50],
        [250_001, -250_001, .max, .min, 0])
    func shares(count: Int, minorUnits: Int64) throws {
        let amount = Money(minorUnits: minorUnits, currency: usd)
        let shares = amount.shares(count)
        #expect(shares.count == count)
        #expect(try Money.sum(shares, in: usd) == amount)
        let units = shares.map(\.minorUnits)
        #expect((units.max() ?? 0) - (units.min() ?? 0) <= 1)
        #expect(amount.shares(0).isEmpty && amount.shares(-1).isEmpty)
    }

    @Test("A part is rounded to the nearest minor unit, half of one away from zero, and never overflows")
    func parts() {
        func part(_ basisPoints: Int, of minorUnits: Int64) -> Int64 {
            Money(minorUnits: minorUnits, currency: usd).part(basisPoints: basisPoints).minorUnits
        }
        #expect(part(2_000, of: 225_000) == 45_000)
        #expect([1, 2, 3, -1, -2, -3].map { part(5_000, of: $0) } == [1, 1, 2, -1, -1, -2])
        #expect([4_999, 5_000].map { part($0, of: 1) } == [0, 1])
        #expect([Int64.max, .min].map { part(10_000, of: $0) } == [.max, .min])
        #expect([Int64.max, .min].map { part(0, of: $0) } == [0, 0])
        #expect(part(9_999, of: .max) == Int64((Int128(Int64.max) * 9_999 * 2 + 10_000) / 20_000))
        #expect(part(9_999, of: .min) == Int64((Int128(Int64.min) * 9_999 * 2 - 10_000) / 20_000))
    }
}
