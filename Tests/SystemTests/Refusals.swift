import Postgres
import Reactor

/// What a pool tells of connections that it was refused.
final class Refusals: Sendable {
    private let sentences = Lock<[String]>([])

    var first: String? { sentences.withLock { $0.first } }

    func note(_ event: PostgresEvent) {
        switch event {
        case .connected: sentences.withLock { $0.append("it was let in") }
        case .connectFailed(let error, _): sentences.withLock { $0.append("\(error)") }
        default: break
        }
    }
}
