internal import Postgres
internal import ServiceShell

/// Brings decided orders into batches and each order's outcome back to whoever waits for it. It owns the orders that
/// wait and the tasks that store batches; it refuses an order when too many wait or it has waited too long, and what
/// happens to one order (a conflict, a value that only SQL refuses, a client that goes away) never reaches another's.
///
/// The rules are `OrderBatching`'s; this acts on them.
actor OrderBatcher {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    typealias Outcome = OrderStore.Outcome
    typealias Batching = OrderBatching<OrderSubmission, Outcome>
    /// Stores a batch: the orders' outcomes in their order, or an error that met all of them.
    typealias Store = @Sendable ([OrderSubmission]) async throws -> [Result<Outcome, any Error>]

    /// Nothing of the order has happened: too many wait, or it has waited too long.
    struct Overloaded: Error, CustomStringConvertible {
        let description: String
    }

    private let store: Store
    private let onBatch: @Sendable (_ orders: Int) -> Void
    private var batching: Batching
    private var waiters: [Batching.Ticket: CheckedContinuation<Result<Outcome, any Error>, Never>] = [:]
    private var lastTicket: Batching.Ticket = 0
    private var isSending = false
    private var look: (at: Batching.Time, timer: LoopTimer)?

    /// - Parameter onBatch: called with each batch that is sent.
    init(
        limits: Batching.Limits = Batching.Limits(), on loop: EventLoop,
        onBatch: @escaping @Sendable (_ orders: Int) -> Void = { _ in }, store: @escaping Store
    ) {
        self.loop = loop
        self.onBatch = onBatch
        self.store = store
        batching = Batching(limits)
    }

    /// Returns when the order's outcome is known. Cancelling gives up an order that still waits; one that is under way
    /// is stored or not as if nobody had gone, and its key tells which.
    func submit(_ order: OrderSubmission) async throws -> Outcome {
        lastTicket += 1
        let ticket = lastTicket
        let outcome = await withTaskCancellationHandler {
            // Admitted here and not before: the loop may have turned on the way into this closure.
            await withCheckedContinuation { admit(order, as: ticket, $0) }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.withdraw(ticket) } }
        }
        return try outcome.get()
    }

    private func admit(
        _ order: OrderSubmission, as ticket: Batching.Ticket,
        _ waiter: CheckedContinuation<Result<Outcome, any Error>, Never>
    ) {
        // A cancellation that came before had nobody to withdraw.
        guard !Task.isCancelled else { return waiter.resume(returning: .failure(CancellationError())) }
        guard batching.submit(order, as: ticket, claiming: order.claims, bytes: order.bytes, now: .now) else {
            return waiter.resume(returning: .failure(Overloaded(description: "too many orders wait")))
        }
        waiters[ticket] = waiter
        sendSoon()
    }

    private func withdraw(_ ticket: Batching.Ticket) {
        if batching.withdraw(ticket) { end(ticket, .failure(CancellationError())) }
    }

    private func end(_ ticket: Batching.Ticket, _ outcome: Result<Outcome, any Error>) {
        waiters.removeValue(forKey: ticket)?.resume(returning: outcome)
    }

    /// Orders that wait for a batch.
    var waitingCount: Int { batching.waitingCount }

    // MARK: - Sending

    /// In the loop's next round: the orders that came in this one go together, and nobody waits for a clock.
    private func sendSoon() {
        guard !isSending else { return }
        isSending = true
        loop.execute { self.assumeIsolated { $0.send() } }
    }

    private func send() {
        isSending = false
        while let batch = batching.nextBatch(now: .now) {
            onBatch(batch.orders.count)
            Task { await self.run(batch) }
        }
        lookLater()
    }

    private func run(_ batch: Batching.Batch) async {
        let landing: Batching.Landing
        do {
            landing = .outcomes(try await store(batch.orders))
        } catch {
            landing = Self.landing(after: error)
        }
        for ending in batching.landed(batch.id, landing) { end(ending.ticket, ending.outcome) }
        send()
    }

    /// Whether one order may have failed for all. Then nothing of the batch has happened: the server says so, or it was
    /// never sent.
    static func landing(after error: any Error) -> Batching.Landing {
        guard let error = error as? PostgresError else { return .failed(error) }
        if error.kind == .encoding { return .undone(error, helpsToRepeat: false) }
        guard let state = error.sqlState, error.kind == .sqlState(state) else { return .failed(error) }
        switch state.prefix(2) {
        case "40": return .undone(error, helpsToRepeat: true)
        case "22", "23", "54", "P0": return .undone(error, helpsToRepeat: false)
        default: return state == lockNotAvailable ? .undone(error, helpsToRepeat: false) : .failed(error)
        }
    }

    /// `lock_timeout`: somebody holds what one of the orders needs.
    private static let lockNotAvailable = "55P03"

    // MARK: - Looking again

    private func lookLater() {
        guard let next = batching.nextLook(after: .now) else { return }
        if let look, look.at <= next { return }
        look?.timer.cancel()
        look = (
            next,
            loop.schedule(after: next - .now) {
                self.look = nil
                for ticket in self.batching.expire(now: .now) {
                    self.end(ticket, .failure(Overloaded(description: "the order has waited too long")))
                }
                self.send()
            }
        )
    }
}
