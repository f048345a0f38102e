internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Postgres

extension OrderDocument {
    /// An order's invoice, or a credit note that takes it back.
    struct Billed: Sendable {
        let document: IssuedDocument.Reference
        /// Nil for a credit note.
        let invoice: (dueOn: CalendarDay, balance: Money)?
        let address: String

        init(_ row: Row, _ addresses: OrderAddresses) throws {
            document = try IssuedDocument.Reference(row)
            let currency = document.total.currency
            invoice = try row.get("due_on", as: CalendarDay?.self).map {
                ($0, Money(minorUnits: try row.get("balance_minor_units"), currency: currency))
            }
            address = invoice == nil ? addresses.creditNote(document.id) : addresses.invoice(document.id)
        }
    }
}

extension JSONWriter {
    /// The members "invoice" and "creditNotes", as far as there are any.
    mutating func billed(_ documents: [OrderDocument.Billed]) {
        for document in documents {
            guard let (dueOn, balance) = document.invoice else { continue }
            key("invoice")
            billed(document) {
                $0.member("dueOn", dueOn.text)
                $0.key("balance")
                $0.money(balance)
            }
        }
        let creditNotes = documents.filter { $0.invoice == nil }
        guard !creditNotes.isEmpty else { return }
        key("creditNotes")
        beginArray()
        for note in creditNotes { billed(note) }
        endArray()
    }

    private mutating func billed(_ billed: OrderDocument.Billed, _ more: (inout JSONWriter) -> Void = { _ in }) {
        let document = billed.document
        reference(document.id.text, document.number.description, at: billed.address) {
            $0.key("total")
            $0.money(document.total)
            more(&$0)
        }
    }
}
