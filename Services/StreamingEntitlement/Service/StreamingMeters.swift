internal import ServiceShell
internal import StreamingEntitlementDomain

/// What an operator sees of entitlements, sessions and the gate.
struct StreamingMeters: Sendable {
    /// Answers to confirmed orders: granted, or the reason of a refusal.
    let orders: MetricFamily<Counter>
    let revoked: Counter
    /// Requests for a session by what became of them.
    let sessions: MetricFamily<Counter>
    /// Requests at the gate by what became of them.
    let gate: MetricFamily<Counter>
    /// Of those, the ones whose token was verified and found good, not remembered.
    let verifications: Counter
    /// Of those, the ones that had to ask the database because the revocations in memory were too old.
    let databaseChecks: Counter

    init(_ metrics: Metrics) {
        orders = metrics.counter(
            "filmclub_entitlement_answers_total", labels: ["outcome"],
            help: "Confirmed orders answered: granted, or why not.")
        revoked = metrics.counter("filmclub_entitlements_revoked_total", help: "Entitlements that were revoked.")
        sessions = metrics.counter(
            "filmclub_playback_sessions_total", labels: ["outcome"],
            help: "Requests for a playback session: opened, answered-before, or why not.")
        gate = metrics.counter(
            "filmclub_play_requests_total", labels: ["outcome"],
            help: "Requests for playlists, subtitles and segments: served, or why not.")
        verifications = metrics.counter(
            "filmclub_play_token_verifications_total",
            help: "Stream tokens that were verified and are remembered from then on.")
        databaseChecks = metrics.counter(
            "filmclub_play_database_checks_total",
            help: "Requests at the gate that asked the database, for what is in memory was too old.")
    }
}
