import Reactor

@testable import Kafka
@testable import Messaging

/// A broker that remembers what it was told, and can be another one, or away.
final class RecordingPublisher: EventPublisher {
    private struct State {
        var records: [KafkaRecord] = []
        var clusterID = "cluster-1"
        var failures = 0
        var waiters: [(condition: @Sendable ([KafkaRecord]) -> Bool, CheckedContinuation<Void, Never>)] = []
    }
    private let state = Lock(State())

    func send(_ records: [KafkaRecord]) async -> [Result<KafkaPosition, KafkaError>] {
        let failing = state.withLock { state in
            guard state.failures > 0 else { return false }
            state.failures -= 1
            return true
        }
        if failing { return records.map { _ in .failure(.lost) } }
        let satisfied = state.withLock { state in
            state.records += records
            let all = state.records
            let satisfied = state.waiters.filter { $0.condition(all) }
            state.waiters.removeAll { $0.condition(all) }
            return satisfied
        }
        for waiter in satisfied { waiter.1.resume() }
        return records.map { _ in .success(KafkaPosition(partition: 0, offset: 0)) }
    }

    func clusterID() async throws(KafkaError) -> String { state.withLock { $0.clusterID } }

    /// The next `count` sends fail as a whole.
    func fail(sends count: Int) { state.withLock { $0.failures = count } }

    /// Another cluster from now on, without what this one held.
    func replaceCluster(by id: String) {
        state.withLock {
            $0.clusterID = id
            $0.records = []
        }
    }

    var records: [KafkaRecord] { state.withLock { $0.records } }

    var events: [PublishedEvent] { Self.events(records) }

    static func events(_ records: [KafkaRecord]) -> [PublishedEvent] {
        records.compactMap { record in
            guard let sequence = record.header("ce_sequence").flatMap({ Int64(String(decoding: $0, as: UTF8.self)) })
            else { return nil }
            return PublishedEvent(key: String(decoding: record.key ?? [], as: UTF8.self), sequence: sequence)
        }
    }

    func wait(until condition: @escaping @Sendable ([KafkaRecord]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if condition(state.records) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if now { continuation.resume() }
        }
    }

    /// Waits until that many different events have come.
    func waitFor(events count: Int) async { await wait { Set(Self.events($0)).count >= count } }
}

extension KafkaError {
    static let lost = KafkaError(.failed, retriable: true, "the test's broker lost it")
}
