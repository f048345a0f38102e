internal import Reactor

/// Closed, then open for good. Any thread opens it.
final class Latch: Sendable {
    private enum State {
        case closed([@Sendable () -> Void])
        case open
    }
    private let state = Lock(State.closed([]))

    func open() {
        let waiting = state.withLock { state -> [@Sendable () -> Void] in
            guard case .closed(let waiting) = state else { return [] }
            state = .open
            return waiting
        }
        for body in waiting { body() }
    }

    /// Calls `body` once: now if the latch is open, else on the thread that opens it.
    func whenOpen(_ body: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state -> Bool in
            guard case .closed(let waiting) = state else { return true }
            state = .closed(waiting + [body])
            return false
        }
        if isOpen { body() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in whenOpen { continuation.resume() } }
    }

    /// Waits no longer than `limit`, whether or not the waiting task is cancelled: closing must not be cut short.
    func wait(atMost limit: Duration, on loop: EventLoop) async {
        let either = Latch()
        whenOpen { either.open() }
        loop.execute { loop.schedule(after: limit) { either.open() } }
        await either.wait()
    }
}

/// Runs a librdkafka call that has no form but the blocking one on a thread of its own: the loop must go on.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws(KafkaError) -> Value
) async throws(KafkaError) -> Value {
    typealias Caller = CheckedContinuation<Result<Value, KafkaError>, Never>
    let result = await withCheckedContinuation { (continuation: Caller) in
        do throws(ReactorError) {
            try startThread(name: "kafka-call") {
                continuation.resume(returning: Result { () throws(KafkaError) in try body() })
            }
        } catch {
            continuation.resume(returning: .failure(KafkaError(.failed, retriable: true, error.description)))
        }
    }
    return try result.get()
}
