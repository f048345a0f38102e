/// An ISO 4217 currency: three capital letters.
public struct Currency: TextValue {
    public let text: String

    public init(_ text: String) throws(InvalidValue) {
        guard text.utf8.count == 3, text.utf8.allSatisfy(\.isASCIIUpper) else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no ISO 4217 currency code such as USD.")
        }
        self.text = text
    }

    /// How many decimal digits the minor unit has (ISO 4217 table A.1).
    public var minorUnitDigits: Int {
        switch text {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        default: 2
        }
    }
}

/// An amount in the currency's minor unit (cents for USD). Arithmetic throws where it would overflow or mix.
public struct Money: Hashable, Sendable, Codable, CustomStringConvertible {
    public let minorUnits: Int64
    public let currency: Currency

    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    public func adding(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currenciesDiffer(currency, other.currency) }
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: sum, currency: currency)
    }

    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currenciesDiffer(currency, other.currency) }
        let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: difference, currency: currency)
    }

    public func multiplied(by factor: Int64) throws(MoneyError) -> Money {
        let (product, overflow) = minorUnits.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: product, currency: currency)
    }

    /// The sum of amounts in one currency; zero of `currency` for none.
    public static func sum(_ amounts: some Sequence<Money>, in currency: Currency) throws(MoneyError) -> Money {
        var sum = Money(minorUnits: 0, currency: currency)
        for amount in amounts { sum = try sum.adding(amount) }
        return sum
    }

    /// For people: `USD 2,500.00`.
    public var description: String {
        var digits = String(minorUnits.magnitude)
        let places = currency.minorUnitDigits
        if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
        let whole = Array(digits.dropLast(places))
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        let fraction = places > 0 ? "." + digits.suffix(places) : ""
        return "\(currency) \(minorUnits < 0 ? "-" : "")\(grouped)\(fraction)"
    }
}

/// Why a calculation with money has no answer.
public enum MoneyError: Error, Hashable, Sendable, CustomStringConvertible {
    case overflow
    case currenciesDiffer(Currency, Currency)

    public var description: String {
        switch self {
        case .overflow: "The amount is too large to be calculated with."
        case .currenciesDiffer(let left, let right): "Amounts in \(left) and \(right) cannot be added."
        }
    }
}
