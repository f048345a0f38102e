internal import ServiceShell

/// Does what billing has to do without being asked, again and again.
actor BillingRounds: ShellService {
    nonisolated let name = "billing"
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    static let interval: Duration = .seconds(10)

    private let sweep: InvoiceSweep
    private let log: Log
    private var run: Task<Void, Never>?

    init(sweep: InvoiceSweep, on loop: EventLoop, log: Log) {
        self.sweep = sweep
        self.loop = loop
        self.log = log
    }

    func start() async throws {
        run = Task { await self.goRound() }
    }

    func stop(within limit: Duration) async {
        run?.cancel()
        await run?.value
        run = nil
    }

    private func goRound() async {
        while !Task.isCancelled {
            await step("sweep") {
                while try await sweep() == InvoiceSweep.ordersMax, !Task.isCancelled {}
            }
            guard (try? await loop.sleep(for: Self.interval)) != nil else { return }
        }
    }

    /// What one step cannot do now it does in the next round; the others go on.
    private func step(_ name: StaticString, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch {
            if !Task.isCancelled {
                log.warning("billing.failed", ["step": .text("\(name)"), .error: .error(error)])
            }
        }
    }
}
