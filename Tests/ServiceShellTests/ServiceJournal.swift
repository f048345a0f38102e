import Reactor

@testable import ServiceShell

/// What services were told to do, in the order in which it happened.
struct ServiceJournal: Sendable {
    private let entries = Lock<[String]>([])

    var notes: [String] { entries.withLock { $0 } }

    func note(_ entry: String) { entries.withLock { $0.append(entry) } }

    /// One that notes its start and its stop.
    func service(_ name: String) -> ClosureService {
        ClosureService(name, start: { note("start \(name)") }, stop: { _ in note("stop \(name)") })
    }
}
