internal import CheckoutDomain
internal import FilmClubModel
internal import JSON

/// An invoice or credit note with its number, and what has happened to it since.
struct IssuedDocument: Sendable {
    let document: BillingDocument
    let number: DocumentNumber
    /// Of an invoice: what is left to be paid, less than nothing where money has to go back.
    let balance: Money?
    let payments: [Payment]
    /// Those that take this invoice back.
    let creditNotes: [Reference]
    /// The number of the invoice that this credit note takes back.
    let correctsNumber: DocumentNumber?

    struct Payment: Sendable {
        let id: PaymentID
        let amount: Money
        let reference: String
        let receivedOn: CalendarDay
    }

    struct Reference: Sendable {
        let id: InvoiceID
        let number: DocumentNumber
        let total: Money
    }

    static let terms = "net-\(BillingDocument.netDays)"

    func json(_ addresses: OrderAddresses) throws -> [UInt8] {
        let content = document.content
        var writer = JSONWriter(capacity: 4_096)
        writer.beginObject()
        writer.member("id", document.id.text)
        writer.member("kind", document.kind.rawValue)
        writer.member("number", number.description)
        writer.member("issuedOn", document.issuedOn.text)
        if let dueOn = document.dueOn {
            writer.member("dueOn", dueOn.text)
            writer.member("terms", Self.terms)
        }
        if let id = document.corrects, let correctsNumber {
            writer.key("corrects")
            writer.reference(id.text, correctsNumber.description, at: addresses.invoice(id))
        }
        writer.key("seller")
        writer.raw(try JSON.encode(content.seller))
        writer.key("buyer")
        writer.raw(try JSON.encode(content.buyer))
        if let number = content.purchaseOrderNumber { writer.member("purchaseOrderNumber", number) }
        writer.key("order")
        writer.reference(content.order.id.text, content.order.number, at: addresses.order(content.order.id)) {
            $0.member("placedAt", content.order.placedAt.text)
        }
        try writer.amounts(of: content)
        try write(payments, creditNotes, addresses, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// What only an invoice has.
    private func write(
        _ payments: [Payment], _ creditNotes: [Reference], _ addresses: OrderAddresses, to writer: inout JSONWriter
    ) throws {
        guard let balance else { return }
        writer.key("balance")
        writer.money(balance)
        writer.key("payments")
        writer.beginArray()
        for payment in payments { writer.payment(payment) }
        writer.endArray()
        writer.key("creditNotes")
        writer.beginArray()
        for note in creditNotes {
            writer.reference(note.id.text, note.number.description, at: addresses.creditNote(note.id)) {
                $0.key("total")
                $0.money(note.total)
            }
        }
        writer.endArray()
    }
}

extension JSONWriter {
    /// `{"id", "number", …, "href"}`
    mutating func reference(
        _ id: String, _ number: String, at address: String, _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        beginObject()
        member("id", id)
        member("number", number)
        more(&self)
        member("href", address)
        endObject()
    }

    mutating func payment(_ payment: IssuedDocument.Payment) {
        beginObject()
        member("id", payment.id.text)
        key("amount")
        money(payment.amount)
        member("reference", payment.reference)
        member("receivedOn", payment.receivedOn.text)
        endObject()
    }

    fileprivate mutating func amounts(of content: BillingContent) throws {
        key("lines")
        raw(try JSON.encode(content.lines))
        key("screeningFees")
        money(content.screeningFees)
        if let discount = content.discount {
            key("discount")
            raw(try JSON.encode(discount))
        }
        if let tax = content.tax {
            key("tax")
            raw(try JSON.encode(tax))
        }
        if content.isTaxExempt == true { member("exemption", "exempt") }
        if let fee = content.administrativeFee {
            key("administrativeFee")
            money(fee)
        }
        key("total")
        money(content.total)
    }
}
