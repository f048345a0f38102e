internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Takes streaming's answers to confirmed orders: granted fulfils the order, whose invoice is issued with it; refused
/// parks it for a person to see.
struct EntitlementAnswers: Sendable {
    let seller: Seller
    let now: @Sendable () -> Instant
    let log: Log
    /// Each answer says that streaming lives.
    let pace: Lock<AskingPace>

    private enum Answer {
        case granted(EntitlementsGranted)
        case refused(EntitlementsRefused)

        var orderId: OrderID {
            switch self {
            case .granted(let body): body.orderId
            case .refused(let body): body.orderId
            }
        }
    }

    /// Applies the answers among `events`, in order; what else the topic tells is nothing to an order yet.
    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
        let answers = try events.compactMap { event in try Self.answer(event).map { (event.envelope, $0) } }
        guard !answers.isEmpty else { return }
        pace.withLock { $0.answerHeard() }
        let store = OrderProgressStore(transaction: transaction)
        var orders = try await store.hold(Set(answers.map(\.1.orderId)))
        var drafts: [EventDraft] = []
        var changed: Set<OrderID> = []
        for (envelope, answer) in answers {
            guard var held = orders[answer.orderId] else { throw UnknownOrder(id: answer.orderId) }
            let now = now()
            let effect =
                switch answer {
                case .granted(let body): held.progress.entitlementsGranted(body, lines: held.films, now: now)
                case .refused(let body): held.progress.entitlementsRefused(body)
                }
            orders[answer.orderId] = held
            note(effect, of: held.progress)
            if effect != .absorbed { changed.insert(answer.orderId) }
            if case .events(let told) = effect {
                let cause = EventCause(following: envelope)
                drafts += try told.map { try EventDraft($0, cause: cause, now: now) }
            }
        }
        guard !changed.isEmpty else { return }
        let held = changed.sorted().compactMap { orders[$0] }
        let invoices = try held.compactMap { try $0.invoiceDue(from: seller) }
        _ = try await transaction.unit(
            OrderProgressStore.save(held.map(\.progress), invoices: invoices.idsByOrder, telling: drafts)
                + IssueDocuments.statements(invoices))
    }

    private static func answer(_ event: InboxEvent) throws -> Answer? {
        guard event.topic == .entitlements else { return nil }
        if event.carries(EntitlementsGranted.self) { return .granted(try event.decode()) }
        if event.carries(EntitlementsRefused.self) { return .refused(try event.decode()) }
        return nil
    }

    private func note(_ effect: OrderProgress.Effect, of order: OrderProgress) {
        switch effect {
        case .events: log.info("order.fulfilled", [.orderID: .id(order.orderId)])
        case .parked(let reason):
            log.warning("order.parked", [.orderID: .id(order.orderId), "reason": .text(reason.text)])
        case .absorbed:
            log.info(
                "order.answer.absorbed", [.orderID: .id(order.orderId), "state": .text(order.state.rawValue)])
        }
    }
}

/// Streaming answers an order that this database does not have. It is parked: an operator should know.
struct UnknownOrder: Error, CustomStringConvertible {
    let id: OrderID
    var description: String { "there is no order \(id)" }
}
