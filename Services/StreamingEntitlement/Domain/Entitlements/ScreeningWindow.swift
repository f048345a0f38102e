public import FilmClubModel

/// When a film can be watched: from `opensAt` until just before `closesAt`.
///
/// Which instants these are, seven local days of the institution for instance, is computed where time zones are known:
/// by PostgreSQL, in the service.
public struct ScreeningWindow: Sendable, Hashable {
    public let opensAt: Instant
    public let closesAt: Instant

    /// nil: it would never be open.
    public init?(opensAt: Instant, closesAt: Instant) {
        guard opensAt < closesAt else { return nil }
        self.opensAt = opensAt
        self.closesAt = closesAt
    }

    public func state(at now: Instant) -> WindowState {
        if now < opensAt { return .notOpen(opensAt: opensAt) }
        return now < closesAt ? .open(closesAt: closesAt) : .closed(closedAt: closesAt)
    }
}

public enum WindowState: Sendable, Hashable {
    case notOpen(opensAt: Instant)
    case open(closesAt: Instant)
    case closed(closedAt: Instant)
}
