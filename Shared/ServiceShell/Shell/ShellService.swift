/// Something of a process that runs until it is told to stop: a listener, a consumer, a relay, a pool.
/// The shell starts services in the order given and stops them in reverse, so that each may count on those before it.
public protocol ShellService: Sendable {
    /// For the log: `http`, `relay`, `consumer.orders`.
    var name: String { get }
    /// Returns when the service does its work; what it throws ends the process with that one sentence.
    func start() async throws
    /// Finishes the work in hand, gives back what it holds, and returns; at most within `limit`, after which the
    /// process goes on without it.
    func stop(within limit: Duration) async
}

/// A service made of two closures, for what is not worth a type.
public struct ClosureService: ShellService {
    public let name: String
    private let starting: @Sendable () async throws -> Void
    private let stopping: @Sendable (Duration) async -> Void

    public init(
        _ name: String, start: @escaping @Sendable () async throws -> Void = {},
        stop: @escaping @Sendable (_ limit: Duration) async -> Void = { _ in }
    ) {
        self.name = name
        starting = start
        stopping = stop
    }

    public func start() async throws { try await starting() }
    public func stop(within limit: Duration) async { await stopping(limit) }
}
