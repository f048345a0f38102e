public import FilmClubModel

/// What is left to be paid of an invoice. It refuses more than that.
public struct InvoiceStanding: Hashable, Sendable {
    public let invoice: InvoiceID
    /// Less than nothing where money has to go back.
    public private(set) var balance: Money

    public init(invoice: InvoiceID, balance: Money) {
        self.invoice = invoice
        self.balance = balance
    }

    /// Money came in.
    /// - Returns: what it moves.
    public mutating func pay(_ amount: Money) throws(PaymentRefusal) -> [LedgerEntry] {
        guard amount.currency == balance.currency else { throw .currencyDiffers(balance.currency) }
        guard balance.minorUnits > 0 else { throw .settled }
        guard amount.minorUnits > 0, amount.minorUnits <= balance.minorUnits else { throw .exceedsBalance(balance) }
        balance = Money(minorUnits: balance.minorUnits - amount.minorUnits, currency: balance.currency)
        return [
            LedgerEntry(.cash, amount),
            LedgerEntry(.receivable, Money(minorUnits: -amount.minorUnits, currency: amount.currency)),
        ]
    }

    /// A credit note took `amount` off. What was paid beyond the rest has to go back.
    public mutating func credit(_ amount: Money) throws(MoneyError) {
        balance = try balance.subtracting(amount)
    }
}

/// Why a payment is not recorded.
public enum PaymentRefusal: Error, Hashable, Sendable {
    /// Nothing is left to be paid.
    case settled
    case currencyDiffers(Currency)
    case exceedsBalance(Money)
}
