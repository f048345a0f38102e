internal import HTTPServer

/// Counts and times every answer of a listener by route, those included that no handler saw.
struct AccessMetrics: Sendable {
    private let answers: MetricFamily<Counter>
    private let latency: MetricFamily<Histogram>
    private let broken: MetricFamily<Counter>

    init(_ metrics: Metrics) {
        answers = metrics.counter(
            "filmclub_http_requests_total", labels: ["method", "route", "status"], help: "Requests answered.")
        latency = metrics.histogram(
            "filmclub_http_request_seconds", labels: ["method", "route"],
            help: "Time from the request's head to the last byte of its answer, in seconds.")
        broken = metrics.counter(
            "filmclub_http_answers_broken_total", labels: ["route"],
            help: "Requests whose connection ended before the answer had.")
    }

    func record(_ access: AccessRecord) {
        let method = Method(rawValue: access.method)?.rawValue ?? Metrics.overflowLabel
        let route = access.route ?? RequestLog.unmatched
        if !access.isComplete { broken.with(route).increment() }
        guard let status = access.status else { return }
        answers.with(method, route, String(status)).increment()
        latency.with(method, route).observe(access.duration)
    }
}
