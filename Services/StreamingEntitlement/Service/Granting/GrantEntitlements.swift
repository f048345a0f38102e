internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Answers confirmed orders: an entitlement a line, or a refusal, each with its event, in the transaction of the inbox.
///
/// An order is answered once. Confirmed again it changes nothing, and the answer it got stands.
struct GrantEntitlements: Sendable {
    typealias Order = (envelope: EventEnvelope, body: OrderConfirmed)

    let now: @Sendable () -> Instant
    let meters: StreamingMeters
    let log: Log

    /// Two round trips for all of `orders`.
    func callAsFunction(_ orders: [Order], in transaction: PostgresTransaction) async throws {
        let bodies = orders.map(\.body)
        let rows = try await transaction.unit([
            "/* answeredOrders */ SELECT id FROM orders WHERE id = ANY(\(bodies.map(\.orderId)))",
            """
            /* playableFilms */
            SELECT film_id FROM media WHERE film_id = ANY(\(bodies.flatMap { $0.lines.map(\.filmId) }))
            """,
            ScreeningWindows.select(bodies),
        ])
        var answered = Set(try rows[0].map { try $0.get(0, as: OrderID.self) })
        let playable = Set(try rows[1].map { try $0.get(0, as: FilmID.self) })
        var answers: [Answer] = []
        for (order, row) in zip(orders, rows[2]) where answered.insert(order.body.orderId).inserted {
            answers.append(answer(order, window: try ScreeningWindows.window(row), playable: playable))
        }
        guard !answers.isEmpty else { return }
        _ = try await transaction.unit(try statements(answers))
        for answer in answers { note(answer) }
    }

    private struct Answer {
        let order: Order
        let outcome: Result<EntitlementGrants, GrantRefusal>
    }

    private func answer(_ order: Order, window: ScreeningWindow, playable: Set<FilmID>) -> Answer {
        let now = now()
        let outcome = Result { () throws(GrantRefusal) in
            try EntitlementGrants.decide(
                order.body, slots: order.body.slots, window: window, playable: playable, newID: { .generate(now: now) })
        }
        return Answer(order: order, outcome: outcome)
    }

    /// The orders' rows come first: their events are numbered behind their locks.
    private func statements(_ answers: [Answer]) throws -> [SQL] {
        let now = now()
        let events = try answers.map { answer in
            let cause = EventCause(following: answer.order.envelope)
            return switch answer.outcome {
            case .success(let grants): try EventDraft(grants.event, sequence: 1, cause: cause, now: now)
            case .failure(let refusal):
                try EventDraft(refusal.event(for: answer.order.body), sequence: 1, cause: cause, now: now)
            }
        }
        return [Self.insertOrders(answers), Self.insertEntitlements(answers), EventLog.append(events)]
    }

    private static func insertOrders(_ answers: [Answer]) -> SQL {
        let refusals: [String?] = answers.map { answer in
            if case .failure(let refusal) = answer.outcome { refusal.reason } else { nil }
        }
        return """
            /* insertOrders */
            INSERT INTO orders (id, institution_id, refusal, event_sequence)
            SELECT id, institution_id, refusal, 1 FROM unnest(
                \(answers.map(\.order.body.orderId)), \(answers.map(\.order.body.institutionId)), \(refusals)
            ) AS answered (id, institution_id, refusal)
            ORDER BY id
            """
    }

    private static func insertEntitlements(_ answers: [Answer]) -> SQL {
        var entitlements: [Entitlement] = []
        var (positions, titles): ([Int32], [String]) = ([], [])
        for answer in answers {
            guard case .success(let grants) = answer.outcome else { continue }
            entitlements += grants.entitlements
            positions += grants.entitlements.indices.map { Int32(clamping: $0 + 1) }
            titles += answer.order.body.lines.map(\.title)
        }
        return """
            /* insertEntitlements */
            INSERT INTO entitlements
                (id, order_id, line_id, position, institution_id, film_id, title, territory, opens_at, closes_at,
                 concurrent_sessions_max, state)
            SELECT * FROM unnest(
                \(entitlements.map(\.id)), \(entitlements.map(\.orderId)), \(entitlements.map(\.lineId)), \(positions),
                \(entitlements.map(\.institutionId)), \(entitlements.map(\.filmId)), \(titles),
                \(entitlements.map(\.territory)), \(entitlements.map(\.window.opensAt)),
                \(entitlements.map(\.window.closesAt)),
                \(entitlements.map { $0.caps.concurrentSessionsMax.map { Int64($0) } }),
                \(entitlements.map(\.state.rawValue)))
            """
    }

    private func note(_ answer: Answer) {
        let order = LogValue.id(answer.order.body.orderId)
        switch answer.outcome {
        case .success(let grants):
            meters.orders.with("granted").increment()
            log.info("entitlements.granted", [.orderID: order, "entitlements": .count(grants.entitlements.count)])
        case .failure(let refusal):
            meters.orders.with(refusal.reason).increment()
            log.warning("entitlements.refused", [.orderID: order, "reason": .text(refusal.description)])
        }
    }
}
