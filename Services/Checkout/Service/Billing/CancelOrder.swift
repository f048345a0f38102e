internal import CheckoutDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres

/// Cancels an order once an idempotency key: its end, the document that takes its invoice back, what is owed still and
/// the answer are committed together. What was issued is never changed.
struct CancelOrder: Sendable {
    let answers: IdempotentAnswers
    let reader: OrderReader
    let seller: Seller
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    struct Command: Sendable {
        let order: OrderID
        let institution: InstitutionID
        let key: IdempotencyKey
        let canceller: Cancellation.Canceller
        let reason: Slug
        let trace: TraceContext

        /// SHA-256 of the question as it was understood.
        fileprivate var fingerprint: [UInt8] {
            var question = JSONWriter()
            question.beginArray()
            question.string("POST /v1/orders/{id}/cancellation")
            question.string(order.text)
            question.string(reason.text)
            question.string(canceller == .house ? "house" : "buyer")
            question.endArray()
            return Hashing.sha256(question.bytes)
        }
    }

    func callAsFunction(_ command: Command) async throws -> StoredAnswer {
        let answer = try await answers.answer(
            to: ScopedKey(institution: command.institution, key: command.key), fingerprint: command.fingerprint
        ) { transaction in
            try await cancel(command, in: transaction)
            guard let order = try await reader.order(command.order, in: transaction) else {
                throw UnknownOrder(id: command.order)
            }
            return StoredAnswer(status: 200, location: order.statusURL, body: order.json)
        }
        // Also for an answer that is repeated: its event may still wait.
        committed()
        return answer
    }

    private func cancel(_ command: Command, in transaction: PostgresTransaction) async throws {
        let store = OrderProgressStore(transaction: transaction)
        guard var held = try await store.hold([command.order])[command.order] else {
            throw UnknownOrder(id: command.order)
        }
        let cancellation = Cancellation(
            state: held.progress.state, terms: held.cancellationTerms, placedAt: held.sale.placedAt,
            total: held.sale.charge.total)
        let fee = try cancellation.fee(for: command.canceller, now: held.heldAt)
        let day = CalendarDay(of: held.heldAt)
        let id = InvoiceID.generate(now: held.heldAt)
        var documents: [BillingDocument] = []
        var statements: [SQL] = []
        if var invoice = try await BillingStore(transaction: transaction).invoice(of: command.order) {
            let note = try invoice.document.cancelled(keeping: fee, id: id, on: day)
            try invoice.standing.credit(note.content.total)
            documents = [note]
            statements = [BillingStore.save(invoice.standing)]
        } else if fee.minorUnits > 0 {
            documents = [try .invoice(over: fee, of: held.sale, from: seller, id: id, on: day)]
        }
        let event = held.progress.cancelled(reason: command.reason)
        let cause = EventCause(correlationID: CorrelationID(command.order.uuid), trace: command.trace)
        let invoices = documents.filter { $0.kind == .invoice }.idsByOrder
        _ = try await transaction.unit(
            OrderProgressStore.save(
                [held.progress], invoices: invoices, telling: [try EventDraft(event, cause: cause, now: now())])
                + statements + IssueDocuments.statements(documents))
    }
}
