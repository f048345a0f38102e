extension EventLoop {
    /// Waits on the loop's own timers, so that no second thread wakes up for it. From any task.
    public func sleep(
        for duration: Duration, isolation: isolated (any Actor)? = #isolation
    ) async throws(CancellationError) {
        let sleeper = Sleeper()
        let outcome = await withTaskCancellationHandler {
            _ = isolation  // stays on the caller's thread, where the closure would leave it (Swift 6.3)
            return await withCheckedContinuation { continuation in
                execute { sleeper.start(continuation, on: self, for: duration) }
            }
        } onCancel: {
            execute { sleeper.finish(.cancelled) }
        }
        if outcome == .cancelled { throw CancellationError() }
    }
}

/// `@unchecked Sendable`: touched on the loop's thread only.
private final class Sleeper: @unchecked Sendable {
    enum Outcome { case elapsed, cancelled }

    private var continuation: CheckedContinuation<Outcome, Never>?
    private var timer: LoopTimer?
    private var outcome: Outcome?

    func start(_ continuation: CheckedContinuation<Outcome, Never>, on loop: EventLoop, for duration: Duration) {
        if let outcome {  // cancelled before it began
            continuation.resume(returning: outcome)
            return
        }
        self.continuation = continuation
        timer = loop.schedule(after: duration) { self.finish(.elapsed) }
    }

    func finish(_ outcome: Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        timer?.cancel()
        timer = nil
        continuation?.resume(returning: outcome)
        continuation = nil
    }
}
