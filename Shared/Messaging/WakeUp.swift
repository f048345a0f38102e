public import Reactor

/// A waiter's bell: one waits, anyone on the loop signals. A signal that nobody waits for is kept, so none is lost
/// between looking and waiting. Belongs to its actor on the loop.
public struct WakeUp {
    private let state: State

    public init(loop: EventLoop) { state = State(loop: loop) }

    /// Ends the wait in hand, or the next one.
    public func signal() { state.signal() }

    /// Returns at the next signal, or after `limit`.
    public func wait(atMost limit: Duration, isolation: isolated (any Actor)? = #isolation) async {
        await withCheckedContinuation { state.wait($0, atMost: limit) }
    }

    private final class State {
        private let loop: EventLoop
        private var signalled = false
        private var waiter: CheckedContinuation<Void, Never>?
        private var timer: LoopTimer?

        init(loop: EventLoop) { self.loop = loop }

        func signal() {
            signalled = true
            resume()
        }

        func wait(_ continuation: CheckedContinuation<Void, Never>, atMost limit: Duration) {
            precondition(waiter == nil, "two wait for one bell")
            waiter = continuation
            if signalled { return resume() }
            timer = loop.schedule(after: limit) { self.resume() }
        }

        private func resume() {
            guard let waiter else { return }
            self.waiter = nil
            timer?.cancel()
            timer = nil
            signalled = false
            waiter.resume()
        }
    }
}
