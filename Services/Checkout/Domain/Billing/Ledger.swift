public import FilmClubModel

/// Where money stands.
public enum LedgerAccount: String, WireEnumeration {
    /// What buyers owe.
    case receivable
    /// What was paid.
    case cash
    case screeningFees = "screening_fees"
    case discount
    case tax
    case administrativeFee = "administrative_fee"
}

/// One side of a posting. All entries of a posting add up to nothing: money comes from somewhere and goes somewhere.
public struct LedgerEntry: Hashable, Sendable {
    public let account: LedgerAccount
    /// Positive: into the account.
    public let amount: Money

    public init(_ account: LedgerAccount, _ amount: Money) {
        self.account = account
        self.amount = amount
    }
}

extension BillingDocument {
    /// What it moves: an invoice puts its total on what the buyer owes, a credit note takes it off again.
    public var posting: [LedgerEntry] {
        let isInvoice = kind == .invoice
        let earned = isInvoice ? Int64(-1) : 1
        let entries: [(LedgerAccount, Money?, Int64)] = [
            (.receivable, content.total, -earned), (.screeningFees, content.screeningFees, earned),
            (.discount, content.discount?.amount, -earned), (.tax, content.tax?.amount, earned),
            // Earned in either document.
            (.administrativeFee, content.administrativeFee, -1),
        ]
        return entries.compactMap { account, amount, sign in
            guard let amount, amount.minorUnits != 0 else { return nil }
            return LedgerEntry(account, Money(minorUnits: amount.minorUnits * sign, currency: amount.currency))
        }
    }
}
