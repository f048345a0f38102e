internal import CheckoutDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres

/// Records once an idempotency key that money came in for an invoice: the payment, what it moves in the ledger, what is
/// left to be paid and the answer are committed together.
struct RecordPayment: Sendable {
    let pool: PostgresPool
    let answers: IdempotentAnswers
    let addresses: OrderAddresses
    let now: @Sendable () -> Instant

    struct Command: Sendable {
        let invoice: InvoiceID
        let key: IdempotencyKey
        let amount: Money
        let reference: String
        let receivedOn: CalendarDay

        /// SHA-256 of the question as it was understood.
        fileprivate var fingerprint: [UInt8] {
            var question = JSONWriter()
            question.beginArray()
            question.string("POST /v1/invoices/{id}/payments")
            question.string(invoice.text)
            question.money(amount)
            question.string(reference)
            question.string(receivedOn.text)
            question.endArray()
            return Hashing.sha256(question.bytes)
        }
    }

    /// There is no such invoice.
    struct Unknown: Error {}

    func callAsFunction(_ command: Command) async throws -> StoredAnswer {
        let rows = try await pool.query(
            """
            /* payableInvoice */
            SELECT institution_id, order_id FROM billing_documents WHERE id = \(command.invoice) AND kind = 'invoice'
            """)
        guard let row = rows.first else { throw Unknown() }
        let (institution, order) = try row.decode(InstitutionID.self, OrderID.self)
        return try await answers.answer(
            to: ScopedKey(institution: institution, key: command.key), fingerprint: command.fingerprint
        ) { transaction in
            _ = try await OrderProgressStore(transaction: transaction).hold([order])
            guard var invoice = try await BillingStore(transaction: transaction).invoice(of: order) else {
                throw Unknown()
            }
            let payment = IssuedDocument.Payment(
                id: .generate(now: now()), amount: command.amount, reference: command.reference,
                receivedOn: command.receivedOn)
            let entries = try invoice.standing.pay(payment.amount)
            _ = try await transaction.unit([
                BillingStore.record(payment, of: command.invoice), BillingStore.save(invoice.standing),
                LedgerPosting.append([LedgerPosting(id: payment.id.uuid, order: order, entries: entries)]),
            ])
            return answer(payment, invoice)
        }
    }

    private func answer(_ payment: IssuedDocument.Payment, _ invoice: BillingStore.Invoice) -> StoredAnswer {
        let address = addresses.invoice(invoice.document.id)
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.key("payment")
        writer.payment(payment)
        writer.key("invoice")
        writer.reference(invoice.document.id.text, invoice.number.description, at: address) {
            $0.key("balance")
            $0.money(invoice.standing.balance)
        }
        writer.endObject()
        return StoredAnswer(status: 201, location: address, body: writer.bytes)
    }
}
