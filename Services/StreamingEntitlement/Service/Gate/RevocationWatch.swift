internal import FilmClubModel
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Keeps the revocations in memory true: reads them at the start, every few seconds, and at once when any process of
/// the service says that there is a new one.
actor RevocationWatch: ShellService {
    nonisolated let name = "revocations"
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let store: RevocationStore
    private let listener: PostgresListener
    private let log: Log
    private let known: KnownRevocations
    private var tasks: [Task<Void, Never>] = []

    init(store: RevocationStore, known: KnownRevocations, on loop: EventLoop, log: Log) {
        self.store = store
        self.known = known
        self.loop = loop
        self.log = log
        listener = PostgresListener(
            store.pool.configuration, channels: [RevocationStore.channel], on: loop, events: { log.postgres($0) })
    }

    /// Returns when the set is known: a gate never opens before.
    func start() async throws {
        try await look()
        await listener.start()
        tasks = [
            Task { await self.poll() },
            Task { await self.listen() },
        ]
    }

    func stop(within limit: Duration) async {
        await listener.close()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        tasks = []
    }

    private func poll() async {
        while (try? await loop.sleep(for: PlaybackLimits.revocationsPoll)) != nil { await tryToLook() }
    }

    private func listen() async {
        for await _ in listener.notifications { await tryToLook() }
    }

    private func tryToLook() async {
        do {
            try await look()
        } catch {
            // The set grows old meanwhile; the gate sees that by itself.
            log.warning("revocations.unknown", [.error: .error(error)])
        }
    }

    /// The clock is read before the database is: an answer says nothing about the time after the question.
    private func look() async throws {
        let asked = ContinuousClock.now
        known.keep(try await store.revocations(), asked: asked)
    }
}

/// The revocations as this process knows them, with the time by the database's clock. From any thread.
final class KnownRevocations: Sendable {
    private let state = Lock<(revocations: Revocations, asked: ContinuousClock.Instant)?>(nil)

    /// An answer that was asked for earlier than the one known replaces nothing.
    func keep(_ revocations: Revocations, asked: ContinuousClock.Instant) {
        state.withLock { state in
            if let state, state.asked > asked { return }
            state = (revocations, asked)
        }
    }

    /// What is known, and now by the database's clock, rather a moment late than early: the time of the question counts
    /// as the time of its answer. Nil before the first answer.
    var current: (revocations: Revocations, now: Instant)? {
        state.withLock { $0 }.map { ($0.revocations, $0.revocations.readAt + ($0.asked.duration(to: .now))) }
    }

    /// For the health check.
    var isStale: Bool { current.map { $0.revocations.isStale(at: $0.now) } ?? true }
}
