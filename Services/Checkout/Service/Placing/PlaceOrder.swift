internal import CheckoutDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres

/// Places an order: decided in memory, stored in a batch with those that come at the same time, answered once per
/// idempotency key.
struct PlaceOrder: Sendable {
    let facts: FactsInMemory
    let numbers: OrderNumbers
    let store: OrderStore
    let batcher: OrderBatcher
    let running: RunningKeys
    let addresses: OrderAddresses
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    /// How often an order is decided at the most: facts that change faster than that are no ground to sell on.
    static let decisionsMax = 3

    struct Command: Sendable {
        let institution: InstitutionID
        let key: IdempotencyKey
        let request: OrderRequest
        let trace: TraceContext?

        var scopedKey: ScopedKey { ScopedKey(institution: institution, key: key) }
    }

    enum Outcome: Sendable {
        case placed(PlacedOrder, StoredAnswer)
        /// The same question was answered before, with this.
        case answeredBefore(StoredAnswer)
        /// The key belongs to another question.
        case keyReused
        /// The same key is at work.
        case running
        case cartOrdered(OrderID)
        case rejected(OrderRejection)
        /// What the order would be decided by changed every time.
        case unsettled
        /// Too many orders come at once; nothing of this one has happened.
        case overloaded
    }

    func callAsFunction(_ command: Command) async throws -> Outcome {
        let key = command.scopedKey
        guard running.begin(key) else { return await answeredMeanwhile(command) ?? .running }
        defer { running.end(key) }
        let serial = try await numbers.next()
        let outcome: Outcome
        do {
            outcome = try await place(command, serial: serial)
        } catch is OrderBatcher.Overloaded {
            outcome = .overloaded
        } catch let error as PostgresError where error.kind == .outcomeUnknown {
            // It may be committed: then the key says so. If not, the caller may ask again with the same key.
            // While the database stays away nothing is known, and that is what is answered.
            let fingerprint = try Self.fingerprint(command.request)
            guard let answered = try? await store.answer(to: key, fingerprint: fingerprint),
                let known = refusal(answered)
            else { throw error }
            committed()
            return known
        }
        if case .placed = outcome { committed() } else { await numbers.giveBack(serial) }
        if case .running = outcome, let answered = await answeredMeanwhile(command) { return answered }
        return outcome
    }

    /// What is at work under a key may be no more than another repetition, which looks up an answer that is there.
    /// Nil where there is none, or none to be had: then the key is at work as far as anybody knows.
    private func answeredMeanwhile(_ command: Command) async -> Outcome? {
        guard let fingerprint = try? Self.fingerprint(command.request),
            let answered = try? await store.answer(to: command.scopedKey, fingerprint: fingerprint)
        else { return nil }
        return refusal(answered)
    }

    private func place(_ command: Command, serial: Int64) async throws -> Outcome {
        let fingerprint = try Self.fingerprint(command.request)
        var known = await facts.facts(for: command.request, of: command.institution)
        var isFresh = false
        var isTaken = false
        for _ in 0..<Self.decisionsMax {
            switch decide(command, by: known, serial: serial) {
            case .failure(let rejection):
                // Memory may be behind: nobody is sent away by what was not read just now.
                if isFresh { return .rejected(rejection) }
            case .success(let order):
                let submission = try submission(order, command, fingerprint)
                let outcome = try await batcher.submit(submission)
                if case .stored = outcome { return .placed(order, submission.answer) }
                if let refusal = refusal(outcome) { return refusal }
                if case .taken = outcome { isTaken = true }
            }
            let look = try await store.look(at: command, fingerprint: fingerprint)
            if let outcome = look.answered, let refusal = refusal(outcome) { return refusal }
            if let order = look.orderOfCart { return .cartOrdered(order) }
            guard !isTaken || look.facts.grant?.usedBy != nil || look.facts.quote?.usedBy != nil else {
                throw TakenByNobody()
            }
            await facts.replace(look.facts, for: command.request, of: command.institution)
            known = look.facts
            isFresh = true
        }
        return .unsettled
    }

    /// Nil where there is more to find out: what has changed, or which order has the cart, grant or quote.
    private func refusal(_ outcome: OrderStore.Outcome) -> Outcome? {
        switch outcome {
        case .answered(let answer, let sameRequest): sameRequest ? .answeredBefore(answer) : .keyReused
        case .running: .running
        case .stored, .stale, .taken: nil
        }
    }

    private func decide(
        _ command: Command, by known: OrderingFacts, serial: Int64
    ) -> Result<PlacedOrder, OrderRejection> {
        let now = now()
        var random = SystemRandom()
        return Result { () throws(OrderRejection) in
            try OrderPlacement.decide(
                command.request, by: known, number: OrderNumber(serial: serial, now: now), now: now, using: &random)
        }
    }

    private func submission(
        _ order: PlacedOrder, _ command: Command, _ fingerprint: [UInt8]
    ) throws -> OrderSubmission {
        let address = addresses.order(order.id)
        let cause = EventCause(correlationID: CorrelationID(order.id.uuid), trace: command.trace)
        let institution = order.institution.json
        let charge = order.price.charge.json
        let events = try order.events.map { event in
            try EventDraft(
                event, as: event.json(institution: institution, charge: charge), cause: cause, now: order.placedAt)
        }
        return OrderSubmission(
            order: order, institution: JSONText(institution), charge: JSONText(charge),
            cancellation: try order.programme.cancellation.map { JSONText(try JSON.encode($0)) },
            key: command.scopedKey, fingerprint: fingerprint,
            answer: StoredAnswer(
                status: 201, location: address,
                body: OrderDocument(order, charge: JSONText(charge), statusURL: address).json),
            events: events)
    }

    /// SHA-256 of the question as it was understood: the order of members and white space don't matter.
    static func fingerprint(_ request: OrderRequest) throws -> [UInt8] {
        var question = JSONWriter(capacity: 512)
        question.beginArray()
        question.string("POST /v1/orders")
        question.string(request.cartId.text)
        question.string(request.programmeId.text)
        for id in request.filmIds { question.string(id.text) }
        question.raw(try JSON.encode(request.payment))
        // Only where there is one: the keys of requests without them keep their fingerprints.
        if let grant = request.grantId { question.string("grant \(grant)") }
        if let quote = request.quote { question.string("quote \(quote.id) \(quote.version)") }
        question.endArray()
        return Hashing.sha256(question.bytes)
    }
}

/// An order was not stored, and none of its cart, grant and quote has another: an id or a number of ours is not unique.
struct TakenByNobody: Error, CustomStringConvertible {
    var description: String { "an order was in the way of one that has nothing in common with it" }
}

extension EventDraft {
    init(_ event: NumberedOrderEvent, cause: EventCause, now: Instant) throws {
        try self.init(event, as: nil, cause: cause, now: now)
    }

    /// - Parameter json: the body, where it is written already.
    init(_ event: NumberedOrderEvent, as json: [UInt8]?, cause: EventCause, now: Instant) throws {
        guard let json else {
            try self.init(event.eventBody, sequence: event.sequence, cause: cause, now: now)
            return
        }
        try self.init(event.eventBody, as: json, sequence: event.sequence, cause: cause, now: now)
    }
}
