internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Asks again where an answer is overdue: the order's own events are published once more, in case they never
/// arrived, and streaming is asked for its answer, in case that got lost. This alone closes every loss.
actor AnswerDeadlines: ShellService {
    nonisolated let name = "deadlines"
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// How often the database is asked what is overdue.
    static let pollInterval: Duration = .seconds(1)
    /// Looks at what is overdue between two countings of the open orders.
    static let looksPerMeasure = 10
    /// Orders that a person is called to at once.
    static let parkedMax: Int32 = 500

    private let pool: PostgresPool
    private let meters: CheckoutMeters
    private let pace: Lock<AskingPace>
    private let log: Log
    /// Called after something was committed that the relay has to do.
    private let committed: @Sendable () -> Void
    private var run: Task<Void, Never>?

    init(
        pool: PostgresPool, meters: CheckoutMeters, pace: Lock<AskingPace>, on loop: EventLoop, log: Log,
        committed: @escaping @Sendable () -> Void
    ) {
        self.pool = pool
        self.meters = meters
        self.pace = pace
        self.loop = loop
        self.log = log
        self.committed = committed
    }

    func start() async throws {
        run = Task { await self.watch() }
    }

    func stop(within limit: Duration) async {
        run?.cancel()
        await run?.value
        run = nil
    }

    private func watch() async {
        var looks = 0
        while !Task.isCancelled {
            do {
                try await askAgain()
                if looks.isMultiple(of: Self.looksPerMeasure) {
                    try await callForLongOverdue()
                    try await meters.measure(pool)
                }
                looks &+= 1
            } catch {
                if !Task.isCancelled { log.warning("deadlines.failed", [.error: .error(error)]) }
            }
            guard (try? await loop.sleep(for: Self.pollInterval)) != nil else { return }
        }
    }

    /// Once, for as many as the pace allows: how many orders were asked for.
    @discardableResult
    func askAgain() async throws -> Int {
        let allowance = pace.withLock { $0.allowance(now: .now) }
        guard allowance > 0 else { return 0 }
        let overdue = try await pool.withTransaction { transaction in
            let store = OrderProgressStore(transaction: transaction)
            var orders = try await store.holdOverdue(limit: Int32(clamping: allowance))
            guard !orders.isEmpty else { return orders }
            var wanted: [(topic: Topic, key: String)] = []
            for index in orders.indices where orders[index].answerOverdue() {
                let key = orders[index].orderId.text
                wanted += [(topic: .orders, key: key), (topic: .entitlements, key: key)]
            }
            _ = try await transaction.unit(
                OrderProgressStore.save(orders, telling: []) + [EventLog.requestRepublish(wanted)])
            return orders
        }
        guard !overdue.isEmpty else { return 0 }
        pace.withLock { $0.asked(for: overdue.count, now: .now) }
        for order in overdue { note(order) }
        committed()
        return overdue.count
    }

    /// Once: how many orders a person was called to because nobody could ask for them often enough.
    @discardableResult
    func callForLongOverdue() async throws -> Int {
        let parked = try await pool.query(OrderProgressStore.parkLongOverdue(limit: Self.parkedMax))
        for row in parked {
            log.warning(
                "order.parked",
                [
                    .orderID: .id(try row.get("id", as: OrderID.self)),
                    "reason": .text(ParkingReason.noAnswer.text),
                ])
        }
        return parked.count
    }

    private func note(_ order: OrderProgress) {
        meters.deadlines.increment()
        log.info(
            "order.answer.overdue",
            [.orderID: .id(order.orderId), "attempts": .count(order.waiting?.attempts ?? 0)])
        if order.parked == .noAnswer, order.waiting?.attempts == AnswerDeadline.attemptsMax {
            log.warning("order.parked", [.orderID: .id(order.orderId), "reason": .text(ParkingReason.noAnswer.text)])
        }
    }
}
