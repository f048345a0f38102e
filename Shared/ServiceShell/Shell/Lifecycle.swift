public import Reactor

/// Starts services in order and stops them in reverse within one deadline, whatever each of them does.
public actor Lifecycle {
    /// How the services ended.
    public enum Outcome: Sendable, Equatable {
        case clean
        /// These did not end in time and were left as they were.
        case abandoned([String])
    }

    /// Kept back for each service that still waits for its turn when an earlier one hangs; less where the whole
    /// limit is short.
    static let reserveMax: Duration = .seconds(1)

    /// What a service is told to be done with is so much less than when it is abandoned: one that uses all of its time
    /// has not hung. Less where the time is short.
    static let marginMax: Duration = .milliseconds(300)

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let log: Log
    private var started: [any ShellService] = []
    private var isStopping = false

    public init(on loop: EventLoop, log: Log) {
        self.loop = loop
        self.log = log
    }

    /// Starts `services` one after the other, behind those already started. The first failure is thrown; the caller
    /// then stops what did start. Once `stop` was called nothing starts any more: CancellationError.
    public func start(_ services: [any ShellService]) async throws {
        for service in services { try await start(service) }
    }

    private func start(_ service: any ShellService) async throws {
        try Task.checkCancellation()
        guard !isStopping else { throw CancellationError() }
        let begin = ContinuousClock.now
        do {
            try await service.start()
        } catch {
            log.error("service.start.failed", ["service": .text(service.name), .error: .error(error)])
            throw error
        }
        started.append(service)
        log.debug(
            "service.started",
            ["service": .text(service.name), .duration: .milliseconds(ContinuousClock.now - begin)])
    }

    /// Stops everything that was started, the last first. Each service may use what is left of `limit` but for a
    /// small reserve for those after it; one that hangs is abandoned.
    /// - Parameter starting: the task that may still be starting services; it is cancelled, and gets half the time.
    public func stop(within limit: Duration, starting: Task<Void, Never>? = nil) async -> Outcome {
        isStopping = true
        let deadline = ContinuousClock.now + limit
        var abandoned: [String] = []
        if let starting {
            starting.cancel()
            let ended = await finishes(within: limit / 2) { await starting.value }
            if !ended { abandoned.append("start") }
        }
        let reserve = min(Self.reserveMax, ContinuousClock.now.duration(to: deadline) / (2 * max(1, started.count)))
        while let service = started.popLast() {
            let left = ContinuousClock.now.duration(to: deadline)
            let share = max(reserve, left - reserve * started.count)
            let begin = ContinuousClock.now
            let ended = await finishes(within: share) { await service.stop(within: Self.limit(in: share)) }
            let fields: LogFields = [
                "service": .text(service.name), .duration: .milliseconds(ContinuousClock.now - begin),
            ]
            if ended {
                log.debug("service.stopped", fields)
            } else {
                abandoned.append(service.name)
                log.error("service.stop.abandoned", fields)
            }
        }
        return abandoned.isEmpty ? .clean : .abandoned(abandoned)
    }

    /// What a service that is abandoned after `share` is told.
    static func limit(in share: Duration) -> Duration { share - min(marginMax, share / 10) }

    /// Whether `body` ended within `limit`. If it did not it goes on, and nobody waits for it.
    private func finishes(within limit: Duration, _ body: @escaping @Sendable () async -> Void) async -> Bool {
        await withCheckedContinuation { continuation in
            let race = Race(continuation)
            race.timer = loop.schedule(after: limit) { [loop] in
                // One turn later: after a stall what waits on the loop, an end that is due too, comes before the limit.
                loop.schedule(after: .zero) { race.end(false) }
            }
            Task { await self.end(race, after: body) }
        }
    }

    private func end(_ race: Race, after body: @Sendable () async -> Void) async {
        await body()
        race.end(true)
    }

    /// The first of two ends decides. Lives on the loop's thread.
    private final class Race {
        private var continuation: CheckedContinuation<Bool, Never>?
        var timer: LoopTimer?

        init(_ continuation: CheckedContinuation<Bool, Never>) { self.continuation = continuation }

        func end(_ finished: Bool) {
            continuation?.resume(returning: finished)
            continuation = nil
            timer?.cancel()
            timer = nil
        }
    }
}
