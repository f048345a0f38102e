internal import Reactor

/// The idempotency keys whose first request this process is at work on. A second request is told so at once, and
/// never waits in the database for the first. As many as the listener lets run.
public final class RunningKeys: Sendable {
    private let keys = Lock<Set<ScopedKey>>([])

    public init() {}

    /// False if the key is at work already.
    public func begin(_ key: ScopedKey) -> Bool { keys.withLock { $0.insert(key).inserted } }

    public func end(_ key: ScopedKey) { _ = keys.withLock { $0.remove(key) } }
}
