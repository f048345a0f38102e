public import FilmClubModel

/// The order's state machine: how far it has come, how many events it has told, and whom it waits for.
///
/// Confirmed waits for streaming's answer. That answer may come late, twice or never; each ends in the same state
/// whatever came before, and an order that cannot go on by itself is parked: visible, and still open for the answer.
public struct OrderProgress: Hashable, Sendable {
    public let orderId: OrderID
    public let institutionId: InstitutionID
    public private(set) var state: OrderState
    /// Of the last event told; the next one has one more.
    public private(set) var sequence: Int64
    /// Why a person should look at the order; nil while it goes well.
    public private(set) var parked: ParkingReason?
    /// The answer that is waited for; nil when none is.
    public private(set) var waiting: AnswerDeadline?

    /// As it was stored.
    public init(
        orderId: OrderID, institutionId: InstitutionID, state: OrderState, sequence: Int64, parked: ParkingReason?,
        waiting: AnswerDeadline?
    ) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.state = state
        self.sequence = sequence
        self.parked = parked
        self.waiting = waiting
    }
}

// MARK: - Placing

extension OrderProgress {
    static func placed(_ event: OrderPlaced) -> (OrderProgress, NumberedOrderEvent) {
        let progress = OrderProgress(
            orderId: event.orderId, institutionId: event.institution.id, state: .placed, sequence: 1, parked: nil,
            waiting: nil)
        return (progress, NumberedOrderEvent(sequence: 1, body: .placed(event)))
    }

    /// A purchase order is accepted as it is placed: confirmed at once, and streaming has to answer.
    func accepted(_ event: OrderConfirmed) -> (OrderProgress, NumberedOrderEvent) {
        var progress = self
        let event = progress.tell(.confirmed(event), as: .confirmed)
        progress.waiting = .first
        return (progress, event)
    }
}

// MARK: - Cancelling

extension OrderProgress {
    /// Ends the order; nobody waits for it any longer. What streaming answers from now on is absorbed.
    /// - Precondition: an order in this state may be cancelled: see `Cancellation`.
    public mutating func cancelled(reason: Slug) -> NumberedOrderEvent {
        waiting = nil
        parked = nil
        let event = OrderCancelled(orderId: orderId, institutionId: institutionId, reason: reason.text)
        return tell(.cancelled(event), as: .cancelled)
    }
}

// MARK: - Answers

extension OrderProgress {
    /// What became of an answer.
    public enum Effect: Hashable, Sendable {
        case events([NumberedOrderEvent])
        /// The order needs a person now; nothing is told.
        case parked(ParkingReason)
        /// The order had come to its end before: the answer is late or repeated, and changes nothing.
        case absorbed
    }

    /// Streaming says that it made entitlements. Only exactly one for each of the order's lines, film by film and
    /// for the same institution, fulfils it.
    public mutating func entitlementsGranted(
        _ answer: EntitlementsGranted, lines: [OrderLineID: FilmID], now: Instant
    ) -> Effect {
        guard state == .confirmed else { return unasked() }
        let granted = answer.entitlements.map { ($0.lineId, $0.filmId) }
        guard answer.institutionId == institutionId, granted.count == lines.count,
            Dictionary(granted, uniquingKeysWith: { first, _ in first }) == lines
        else { return park(.entitlementsMismatch) }
        waiting = nil
        parked = nil
        let event = OrderFulfilled(orderId: orderId, institutionId: institutionId, fulfilledAt: now)
        return .events([tell(.fulfilled(event), as: .fulfilled)])
    }

    /// Streaming says that the order can't be watched: a definite answer, so nobody asks again.
    public mutating func entitlementsRefused(_ answer: EntitlementsRefused) -> Effect {
        guard state == .confirmed else { return unasked() }
        return park(.entitlementsRefused(answer.reason))
    }

    /// The answer's time is over: ask once more and wait longer. Says whether there is anything to ask for.
    public mutating func answerOverdue() -> Bool {
        guard state.isOpen, let overdue = waiting else { return false }
        waiting = overdue.next
        if overdue.isLast, parked == nil { parked = .noAnswer }
        return true
    }

    private mutating func park(_ reason: ParkingReason) -> Effect {
        waiting = nil
        parked = reason
        return .parked(reason)
    }

    /// An answer to a question that an order in this state has not put.
    private mutating func unasked() -> Effect {
        state == .placed ? park(.answerBeforeConfirmation) : .absorbed
    }

    private mutating func tell(_ body: NumberedOrderEvent.Body, as next: OrderState) -> NumberedOrderEvent {
        precondition(state.successors.contains(next), "\(state) is never followed by \(next)")
        state = next
        sequence += 1
        return NumberedOrderEvent(sequence: sequence, body: body)
    }
}
