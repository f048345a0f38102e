public import FilmClubModel

/// An invoice or a credit note, apart from its number, which it is given as it is committed. What was issued is never
/// changed: a later document corrects it.
public struct BillingDocument: Hashable, Sendable {
    public enum Kind: String, WireEnumeration {
        case invoice
        case creditNote = "credit_note"

        var seriesPrefix: String {
            switch self {
            case .invoice: "INV"
            case .creditNote: "CRN"
            }
        }
    }

    /// Days from the issue of an invoice to when it is due.
    public static let netDays = 30

    public let id: InvoiceID
    public let kind: Kind
    public let orderId: OrderID
    public let institutionId: InstitutionID
    /// The invoice that a credit note takes back.
    public let corrects: InvoiceID?
    public let issuedOn: CalendarDay
    /// Nil where nothing is to be paid: a credit note.
    public let dueOn: CalendarDay?
    public let content: BillingContent

    public init(
        id: InvoiceID, kind: Kind, orderId: OrderID, institutionId: InstitutionID, corrects: InvoiceID?,
        issuedOn: CalendarDay, dueOn: CalendarDay?, content: BillingContent
    ) {
        self.id = id
        self.kind = kind
        self.orderId = orderId
        self.institutionId = institutionId
        self.corrects = corrects
        self.issuedOn = issuedOn
        self.dueOn = dueOn
        self.content = content
    }

    /// Whose numbers run from 1 on without a gap: those of a kind and a year, `INV-2026`.
    public var series: String { "\(kind.seriesPrefix)-\(issuedOn.year)" }

    /// Over all of an order.
    public static func invoice(
        for sale: Sale, from seller: Seller, id: InvoiceID, on day: CalendarDay
    ) throws(MoneyError) -> BillingDocument {
        try invoice(for: sale, from: seller, id: id, on: day, administrativeFee: nil)
    }

    static func invoice(
        for sale: Sale, from seller: Seller, id: InvoiceID, on day: CalendarDay, administrativeFee: Money?
    ) throws(MoneyError) -> BillingDocument {
        let charge = sale.charge
        let taxed = try charge.discount.map { discount throws(MoneyError) in
            try charge.screeningFees.subtracting(discount.amount)
        }
        let content = BillingContent(
            seller: seller, buyer: BillingContent.Buyer(sale.institution),
            purchaseOrderNumber: sale.payment.purchaseOrderNumber,
            order: BillingContent.Order(id: sale.orderId, number: sale.orderNumber, placedAt: sale.placedAt),
            lines: sale.lines.map {
                BillingContent.Line(description: $0.title, filmId: $0.filmId, amount: $0.price)
            },
            screeningFees: charge.screeningFees, discount: charge.discount,
            tax: charge.tax.map { BillingContent.Tax($0, on: taxed ?? charge.screeningFees) },
            isTaxExempt: sale.institution.taxStatus == .exempt ? true : nil, administrativeFee: administrativeFee,
            total: charge.total)
        return BillingDocument(
            id: id, kind: .invoice, orderId: sale.orderId, institutionId: sale.institution.id, corrects: nil,
            issuedOn: day, dueOn: day.adding(days: netDays), content: content)
    }
}

/// A document's number, as people write it: `INV-2026-000001`.
public struct DocumentNumber: Hashable, Sendable, CustomStringConvertible {
    /// Fewer digits are filled up with zeros; more are written out.
    static let digitsMin = 6

    public let series: String
    /// From 1 on.
    public let number: Int64

    public init(series: String, number: Int64) {
        self.series = series
        self.number = number
    }

    public var description: String {
        let digits = String(number)
        return "\(series)-\(String(repeating: "0", count: max(0, Self.digitsMin - digits.utf8.count)))\(digits)"
    }
}

extension PaymentTerms {
    var purchaseOrderNumber: String? {
        switch self {
        case .purchaseOrder(let number): number
        }
    }
}
