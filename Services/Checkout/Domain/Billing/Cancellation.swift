public import FilmClubModel

/// Whether an order may be cancelled, and what is kept of it.
///
/// A buyer may leave by the terms that the programme had when it was sold: within its days, for its fee. The house may
/// end any order that has not come to its end, and keeps nothing then.
public struct Cancellation: Hashable, Sendable {
    public enum Canceller: Hashable, Sendable {
        case buyer, house
    }

    /// Before the order has come to its end.
    public let state: OrderState
    /// Nil: the programme had none.
    public let terms: CancellationTerms?
    public let placedAt: Instant
    public let total: Money

    public init(state: OrderState, terms: CancellationTerms?, placedAt: Instant, total: Money) {
        self.state = state
        self.terms = terms
        self.placedAt = placedAt
        self.total = total
    }

    /// What is kept: at most the order's total.
    public func fee(for canceller: Canceller, now: Instant) throws(CancellationRefusal) -> Money {
        guard state.successors.contains(.cancelled) else { throw .ended(state) }
        var kept: Int64 = 0
        if canceller == .buyer, state != .placed {
            guard let terms else { throw .noTerms }
            let end = placedAt + .seconds(86_400 * Int64(terms.withinDays))
            guard now < end else { throw .tooLate(end) }
            kept = min(terms.administrativeFeeMinorUnits, total.minorUnits)
        }
        return Money(minorUnits: kept, currency: total.currency)
    }
}

public enum CancellationRefusal: Error, Hashable, Sendable {
    /// It is cancelled or refunded already.
    case ended(OrderState)
    /// The programme was sold without a right to cancel.
    case noTerms
    /// The right ended then.
    case tooLate(Instant)
}

extension BillingDocument {
    /// Takes an invoice back but for `fee`, which is kept whole: the tax on what was sold is given back with it.
    public func cancelled(keeping fee: Money, id: InvoiceID, on day: CalendarDay) throws(MoneyError) -> BillingDocument
    {
        var content = content
        content.administrativeFee = fee.minorUnits > 0 ? fee : nil
        content.total = try content.total.subtracting(fee)
        return BillingDocument(
            id: id, kind: .creditNote, orderId: orderId, institutionId: institutionId, corrects: self.id,
            issuedOn: day, dueOn: nil, content: content)
    }

    /// Over what is kept of an order that was cancelled before it had an invoice.
    public static func invoice(
        over fee: Money, of sale: Sale, from seller: Seller, id: InvoiceID, on day: CalendarDay
    ) throws(MoneyError) -> BillingDocument {
        let nothing = Money(minorUnits: 0, currency: fee.currency)
        let unsold = Sale(
            orderId: sale.orderId, orderNumber: sale.orderNumber, institution: sale.institution, lines: [],
            charge: Charge(screeningFees: nothing, total: fee), payment: sale.payment, placedAt: sale.placedAt)
        return try invoice(for: unsold, from: seller, id: id, on: day, administrativeFee: fee)
    }
}
