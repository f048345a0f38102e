internal import CheckoutDomain
internal import FilmClubModel

extension OrderProgressStore.Held {
    /// The invoice that has to be issued now: what can be watched is to be paid, and nothing is invoiced twice.
    func invoiceDue(from seller: Seller) throws -> BillingDocument? {
        guard progress.state == .fulfilled, invoiceId == nil else { return nil }
        return try .invoice(
            for: sale, from: seller, id: .generate(now: heldAt), on: CalendarDay(of: heldAt))
    }
}

extension [BillingDocument] {
    var idsByOrder: [OrderID: InvoiceID] {
        Dictionary(map { ($0.orderId, $0.id) }, uniquingKeysWith: { first, _ in first })
    }
}
