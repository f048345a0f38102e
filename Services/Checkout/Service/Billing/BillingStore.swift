internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// What an order's buyer owes, in a transaction that holds the order's row: whoever changes it holds that.
struct BillingStore: Sendable {
    let transaction: PostgresTransaction

    struct Invoice: Sendable {
        let document: BillingDocument
        let number: DocumentNumber
        var standing: InvoiceStanding
    }

    /// The order's invoice; nil where it has none.
    func invoice(of order: OrderID) async throws -> Invoice? {
        let rows = try await transaction.query(
            """
            /* invoiceOfOrder */
            SELECT \(sql: BillingDocument.columns), balance_minor_units
            FROM billing_documents JOIN invoice_standing ON invoice_id = billing_documents.id
            WHERE order_id = \(order) AND kind = 'invoice'
            """)
        return try rows.first.map { row in
            let document = try BillingDocument(row)
            let balance = Money(
                minorUnits: try row.get("balance_minor_units"), currency: document.content.total.currency)
            return Invoice(
                document: document, number: try DocumentNumber(row),
                standing: InvoiceStanding(invoice: document.id, balance: balance))
        }
    }

    static func save(_ standing: InvoiceStanding) -> SQL {
        """
        /* saveStanding */
        UPDATE invoice_standing SET balance_minor_units = \(standing.balance.minorUnits)
        WHERE invoice_id = \(standing.invoice)
        """
    }

    static func record(_ payment: IssuedDocument.Payment, of invoice: InvoiceID) -> SQL {
        """
        /* recordPayment */
        INSERT INTO payments (id, invoice_id, amount_minor_units, currency, reference, received_on)
        VALUES (\(payment.id), \(invoice), \(payment.amount.minorUnits), \(payment.amount.currency.text),
                \(payment.reference), \(payment.receivedOn))
        """
    }
}
