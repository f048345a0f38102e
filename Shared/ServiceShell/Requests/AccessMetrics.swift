internal import HTTPServer
internal import Reactor

/// Counts and times every answer of a listener by route, those included that no handler saw.
final class AccessMetrics: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Series {
        let answers: Counter
        let latency: Histogram
    }

    private let answers: MetricFamily<Counter>
    private let latency: MetricFamily<Histogram>
    private let broken: MetricFamily<Counter>
    /// The families would find them as well; this is one look-up an answer, without making label lists.
    private let known = Lock<[Key: Series]>([:])

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
        let route = access.route ?? RequestLog.unmatched
        if !access.isComplete { broken.with(route).increment() }
        guard let status = access.status else { return }
        let series = series(Key(method: access.method, route: route, status: status))
        series.answers.increment()
        series.latency.observe(access.duration)
    }

    private func series(_ key: Key) -> Series {
        known.withLock { known in
            if let series = known[key] { return series }
            let method = Method(rawValue: key.method)?.rawValue ?? Metrics.overflowLabel
            let series = Series(
                answers: answers.with(method, key.route, String(key.status)), latency: latency.with(method, key.route))
            if known.count < Metrics.seriesMax { known[key] = series }
            return series
        }
    }
}
