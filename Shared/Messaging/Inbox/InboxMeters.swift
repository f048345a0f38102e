internal import ServiceShell

/// What an operator sees of the inbox.
struct InboxMeters: Sendable {
    private let messages: MetricFamily<Counter>
    let gapsAsked: Counter
    let failures: Counter

    init(_ metrics: Metrics) {
        messages = metrics.counter(
            "filmclub_inbox_messages_total", labels: ["outcome"],
            help: "Messages by outcome: applied, dropped (seen before), gap (waits for an earlier one), dead_letter.")
        gapsAsked = metrics.counter(
            "filmclub_inbox_gaps_asked_total", help: "Requests to publish a key again because events are missing.")
        failures = metrics.counter(
            "filmclub_consumer_failures_total", help: "Batches or connections that failed and were taken again.")
    }

    func count(_ report: Inbox.Report) {
        messages.with("applied").increment(by: report.applied)
        messages.with("dropped").increment(by: report.dropped)
        messages.with("gap").increment(by: report.gaps)
        messages.with("dead_letter").increment(by: report.deadLetters.count)
    }
}
