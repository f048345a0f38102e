import Reactor

@testable import Kafka
@testable import Messaging

/// A broker that remembers what it was told, and can be another one, or away.
final class RecordingPublisher: EventPublisher {
    private struct State {
        var records: [KafkaRecord] = []
        var clusterID = "cluster-1"
        var failures = 0
        /// Nil while sends pass; else those that wait, to be told whether they arrive.
        var held: [CheckedContinuation<Bool, Never>]?
        /// Runs once, when records are about to be handed over.
        var beforeSend: (@Sendable () -> Void)?
        var waiters: [(condition: @Sendable ([KafkaRecord]) -> Bool, CheckedContinuation<Void, Never>)] = []
    }
    private let state = Lock(State())

    func send(
        _ records: [KafkaRecord], before deadline: ContinuousClock.Instant?
    ) async -> [Result<KafkaPosition, KafkaError>] {
        let beforeSend = state.withLock { state in
            defer { state.beforeSend = nil }
            return state.beforeSend
        }
        beforeSend?()
        if let deadline, .now >= deadline { return records.map { _ in .failure(.late) } }
        let arrives = await withCheckedContinuation { continuation in
            let passes = state.withLock { state in
                state.held?.append(continuation)
                return state.held == nil
            }
            if passes { continuation.resume(returning: true) }
        }
        guard arrives else { return records.map { _ in .failure(.abandoned) } }
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

    /// From now on no send is answered, as by a broker that is away.
    func hold() { state.withLock { $0.held = $0.held ?? [] } }

    /// The broker is back, and takes what was sent meanwhile.
    func release() {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held ?? []
        }
        for continuation in held { continuation.resume(returning: true) }
    }

    func abandon() async {
        let held = state.withLock { state in
            defer { if state.held != nil { state.held = [] } }
            return state.held ?? []
        }
        for continuation in held { continuation.resume(returning: false) }
    }

    /// The next send is held up so, on its way to being handed over.
    func before(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.beforeSend = body } }

    var holdsSends: Bool { state.withLock { $0.held?.isEmpty == false } }

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
