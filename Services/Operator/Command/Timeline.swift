internal import Reactor

/// Prints what has happened, with the time it took since the line before, or since a given moment.
final class Timeline: Sendable {
    private struct State {
        var last = ContinuousClock.now
        var orderAnswered = ContinuousClock.now
    }
    private let state = Lock(State())

    /// When the order's answer had arrived.
    var orderAnswered: ContinuousClock.Instant {
        get { state.withLock { $0.orderAnswered } }
        set { state.withLock { $0.orderAnswered = newValue } }
    }

    func mark(_ line: String, since moment: ContinuousClock.Instant? = nil) {
        let now = ContinuousClock.now
        let before = state.withLock { state in
            defer { state.last = now }
            return state.last
        }
        let elapsed = now - (moment ?? before)
        let tenths = Int64((elapsed / .microseconds(100)).rounded())
        let text = "\(tenths / 10).\(tenths % 10) ms"
        print("\(String(repeating: " ", count: max(0, 11 - text.count)))\(text)  \(line)")
    }
}
