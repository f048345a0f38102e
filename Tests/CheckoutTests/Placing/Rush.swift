import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import Messaging
import Postgres
import Reactor
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

/// Orders that come while an earlier batch is under way, so that they certainly share the next one. Everything is real
/// but the way to the store, where a gate holds batches back.
final class Rush: Sendable {
    let till: Till
    let batcher: OrderBatcher
    private let placeOrder: PlaceOrder
    private let gate = Gate()

    /// - Parameter pool: by which orders are stored, where it is not the till's.
    init(_ till: Till, pool: PostgresPool? = nil, _ adjust: (inout OrderBatcher.Batching.Limits) -> Void = { _ in }) {
        self.till = till
        let store = OrderStore(pool: pool ?? till.pool)
        var limits = OrderBatcher.Batching.Limits()
        limits.batchesUnderWayMax = 1
        limits.waitMax = .seconds(60)
        adjust(&limits)
        let gate = gate
        batcher = OrderBatcher(limits: limits, on: TestLoop.shared) { orders in
            await gate.pass(orders.map(\.order.request.cartId))
            return try await store.store(orders)
        }
        placeOrder = PlaceOrder(
            facts: till.checkout.facts, numbers: OrderNumbers(pool: till.pool, on: TestLoop.shared), store: store,
            batcher: batcher, running: RunningKeys(), addresses: OrderAddresses(publicBaseURL: nil), now: { .now() },
            committed: {})
    }

    /// The carts of each batch that was sent.
    var batches: [Set<CartID>] { get async { await gate.batches } }

    func command(_ request: OrderRequest, key: String = "\(UUID())") throws -> PlaceOrder.Command {
        PlaceOrder.Command(
            institution: till.house.school.id, key: try #require(IdempotencyKey(header: key)), request: request,
            trace: nil)
    }

    func place(_ command: PlaceOrder.Command) -> Task<PlaceOrder.Outcome, any Error> {
        Task(executorPreference: TestLoop.shared) { [placeOrder] in try await placeOrder(command) }
    }

    /// Closes the gate behind an order of its own.
    func hold() async throws -> Task<PlaceOrder.Outcome, any Error> {
        await gate.close()
        let opener = place(try command(till.house.request()))
        try await eventually("the first batch is held") { await self.gate.held == 1 }
        return opener
    }

    /// Closes the gate behind an order of its own, and lets the others come to it.
    func hold(
        before commands: [PlaceOrder.Command]
    ) async throws -> (opener: Task<PlaceOrder.Outcome, any Error>, tasks: [Task<PlaceOrder.Outcome, any Error>]) {
        let opener = try await hold()
        let tasks = commands.map { place($0) }
        try await eventually("all of them wait") { await self.batcher.waitingCount == commands.count }
        return (opener, tasks)
    }

    func open() async { await gate.open() }

    /// Lets the batch go that is held, and holds the next one.
    func holdNext() async throws {
        let sent = await batches.count
        await gate.letGo()
        try await eventually("the next batch is held") { await self.gate.isHolding(batch: sent + 1) }
    }

    /// Places all of them in one batch, and returns what became of each.
    func together(
        _ commands: [PlaceOrder.Command], meanwhile: () async throws -> Void = {}
    ) async throws -> [Result<PlaceOrder.Outcome, any Error>] {
        let (opener, tasks) = try await hold(before: commands)
        try await meanwhile()
        await open()
        var outcomes: [Result<PlaceOrder.Outcome, any Error>] = []
        for task in tasks { outcomes.append(await task.result) }
        _ = await opener.result
        return outcomes
    }

    private actor Gate {
        private(set) var batches: [Set<CartID>] = []
        var held: Int { waiting.count }
        private var isClosed = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func close() { isClosed = true }

        func isHolding(batch number: Int) -> Bool { batches.count == number && held == 1 }

        func open() {
            isClosed = false
            letGo()
        }

        func letGo() {
            for continuation in waiting { continuation.resume() }
            waiting = []
        }

        func pass(_ carts: [CartID]) async {
            batches.append(Set(carts))
            guard isClosed else { return }
            await withCheckedContinuation { continuation in
                if isClosed { waiting.append(continuation) } else { continuation.resume() }
            }
        }
    }
}

extension PlaceOrder.Outcome {
    var isPlaced: Bool { if case .placed = self { true } else { false } }
}

extension Result<PlaceOrder.Outcome, any Error> {
    var placed: PlacedOrder? { if case .success(.placed(let order, _)) = self { order } else { nil } }
    var sqlState: String? { if case .failure(let error as PostgresError) = self { error.sqlState } else { nil } }
}
