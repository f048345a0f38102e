internal import FilmClubModel
internal import Messaging
internal import ServiceShell
internal import StreamingEntitlementDomain

/// The revocations as this process knows them, with the time by the database's clock. From any thread.
final class KnownRevocations: Sendable {
    private let state = Lock<(revocations: Revocations, asked: ContinuousClock.Instant)?>(nil)

    /// Reads them at the start, so that a gate never opens before, every few seconds, and at once when any process of
    /// the service says that there is a new one.
    func watch(_ store: RevocationStore, on loop: EventLoop, log: Log) -> TableWatch {
        TableWatch(
            "revocations", channel: RevocationStore.channel, every: PlaybackLimits.revocationsPoll, of: store.pool,
            on: loop, log: log
        ) { asked in
            self.keep(try await store.revocations(), asked: asked)
        }
    }

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
