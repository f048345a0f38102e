internal import Reactor

/// Whether a process lives, has started, and may be given work: what an orchestrator asks.
///
/// *Live* is true while the loop turns. *Started* is true once every service has started. *Ready* is true while
/// started, not stopping, and no named check says otherwise: ready means that a request sent here will be served. What
/// is amiss but would be no better in another process is *degraded*, and stays ready: to take every process out of
/// service because the broker is away would turn a delay into an outage. *Caught up* is asked on its own, by whoever
/// wants to wait until what was written is known everywhere.
public final class Health: Sendable {
    private struct State {
        var started = false
        var stopping = false
        var checks: [HealthCheck] = []
        var questions: [(name: String, ask: @Sendable () async -> HealthCheck.Status)] = []
    }

    private let state = Lock(State())

    public init() {}

    /// A named check that says not ready until its owner says otherwise.
    public func check(_ name: StaticString) -> HealthCheck {
        let check = HealthCheck(name: "\(name)")
        state.withLock { $0.checks.append(check) }
        return check
    }

    /// A named check that is computed when somebody asks; `read` must be quick and never wait.
    public func check(_ name: StaticString, read: @escaping @Sendable () -> HealthCheck.Status) {
        let check = HealthCheck(name: "\(name)", read: read)
        state.withLock { $0.checks.append(check) }
    }

    /// Something that can only be found out by asking others; `ask` bounds its own time. It does not count for readiness.
    public func catchingUp(_ name: StaticString, ask: @escaping @Sendable () async -> HealthCheck.Status) {
        state.withLock { $0.questions.append((name: "\(name)", ask: ask)) }
    }

    /// Asks all of it now.
    func catchUpReport() async -> HealthReport {
        var entries: [HealthReport.Entry] = []
        for question in state.withLock({ $0.questions }) {
            entries.append(.init(name: question.name, status: await question.ask()))
        }
        return HealthReport(entries: entries)
    }

    public func markStarted() { state.withLock { $0.started = true } }

    /// From here on never ready again: load balancers take the process out while it drains.
    public func markStopping() { state.withLock { $0.stopping = true } }

    public var isStarted: Bool { state.withLock { $0.started } }

    public var isReady: Bool { report().isReady }

    /// All checks, with what the process itself adds: `startup`, and `shutdown` while it stops.
    func report() -> HealthReport {
        let state = state.withLock { $0 }
        var entries: [HealthReport.Entry] = []
        entries.append(
            .init(
                name: "startup", status: state.started ? .ready : .notReady("The service has not finished starting.")))
        if state.stopping {
            entries.append(.init(name: "shutdown", status: .notReady("The service is stopping.")))
        }
        entries += state.checks.map { .init(name: $0.name, status: $0.status) }
        return HealthReport(entries: entries)
    }
}

/// One named condition of readiness. From any thread.
public final class HealthCheck: Sendable {
    public enum Status: Sendable, Equatable {
        case ready
        /// Ready all the same; what is amiss, for an operator: a whole sentence without secrets.
        case degraded(String)
        /// Why not, for an operator: a whole sentence without addresses of persons or secrets.
        case notReady(String)
    }

    public let name: String
    private let pushed = Lock(Status.notReady("It has not reported yet."))
    private let read: (@Sendable () -> Status)?

    init(name: String, read: (@Sendable () -> Status)? = nil) {
        self.name = name
        self.read = read
    }

    public func say(_ status: Status) { pushed.withLock { $0 = status } }
    public func ready() { pushed.withLock { $0 = .ready } }
    public func notReady(_ reason: String) { pushed.withLock { $0 = .notReady(reason) } }

    public var status: Status { read?() ?? pushed.withLock { $0 } }
}

struct HealthReport: Sendable {
    struct Entry: Sendable {
        let name: String
        let status: HealthCheck.Status
    }

    let entries: [Entry]

    var isReady: Bool {
        entries.allSatisfy { entry in
            if case .notReady = entry.status { false } else { true }
        }
    }
}
