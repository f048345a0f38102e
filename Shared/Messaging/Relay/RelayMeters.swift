internal import FilmClubModel
internal import ServiceShell

/// What an operator sees of the relay.
struct RelayMeters: Sendable {
    let published: Counter
    let lag: Histogram
    let failures: Counter
    let clusterChanges: Counter
    let isEmbedded: Gauge
    private let tracer: Tracer

    init(_ metrics: Metrics, _ tracer: Tracer) {
        self.tracer = tracer
        published = metrics.counter(
            "filmclub_relay_published_total", help: "Events published and acknowledged, repetitions included.")
        lag = metrics.histogram(
            "filmclub_relay_lag_seconds", help: "From an event's time to its acknowledgement by the broker.")
        failures = metrics.counter(
            "filmclub_relay_failures_total", help: "Turns of the relay that ended in an error and were taken again.")
        clusterChanges = metrics.counter(
            "filmclub_relay_cluster_changes_total", help: "Times the broker was found to be another cluster.")
        isEmbedded = metrics.gauge(
            "filmclub_broker_embedded",
            help: "1 where this process publishes to the embedded broker, which keeps everything in memory alone.")
    }

    func published(_ events: [LoggedEvent]) {
        let now = Instant.now()
        published.increment(by: events.count)
        for event in events {
            lag.observe(now - event.envelope.time)
            guard let trace = event.envelope.trace else { continue }
            tracer.record(trace) { .publishing(event, of: trace, acknowledged: now) }
        }
    }
}
