internal import Reactor

/// A process's metrics. Names follow the Prometheus conventions: base units (seconds, bytes), `_total` for counters.
/// Asking twice for one name gives the same metric, so that two pools count into one.
public final class Metrics: Sendable {
    /// Series one metric may have; see `MetricFamily.with`.
    public static let seriesMax = 256
    public static let overflowLabel = "other"

    private struct Registration: Sendable {
        let kind: String
        let help: String
        let labels: [String]
        let family: any Sendable
        let write: @Sendable (inout MetricsText, String) -> Void
    }

    private let registrations = Lock<[String: Registration]>([:])

    public init() {}

    public func counter(_ name: StaticString, help: StaticString) -> Counter {
        counter(name, labels: [], help: help).instrument([])
    }

    public func counter(_ name: StaticString, labels: [StaticString], help: StaticString) -> MetricFamily<Counter> {
        family(name, "counter", labels, help) { Counter() }
    }

    public func gauge(_ name: StaticString, help: StaticString) -> Gauge {
        gauge(name, labels: [], help: help).instrument([])
    }

    public func gauge(_ name: StaticString, labels: [StaticString], help: StaticString) -> MetricFamily<Gauge> {
        family(name, "gauge", labels, help) { Gauge() }
    }

    public func histogram(
        _ name: StaticString, bounds: [Double] = Histogram.latencyBounds, help: StaticString
    ) -> Histogram {
        histogram(name, labels: [], bounds: bounds, help: help).instrument([])
    }

    public func histogram(
        _ name: StaticString, labels: [StaticString], bounds: [Double] = Histogram.latencyBounds, help: StaticString
    ) -> MetricFamily<Histogram> {
        precondition(
            !bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds must ascend")
        return family(name, "histogram", labels, help) { Histogram(bounds: bounds) }
    }

    /// A gauge that is read when somebody scrapes; nil leaves it out. `read` must be quick and never wait.
    public func gauge(_ name: StaticString, help: StaticString, read: @escaping @Sendable () -> Double?) {
        observed(name, "gauge", help, read)
    }

    /// A counter that somebody else keeps, read when somebody scrapes.
    public func counter(_ name: StaticString, help: StaticString, read: @escaping @Sendable () -> Double?) {
        observed(name, "counter", help, read)
    }

    /// Everything in the Prometheus text format 0.0.4, metrics and series in the order of their names.
    public func text() -> String {
        var text = MetricsText()
        for (name, registration) in registrations.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            text.header(name: name, kind: registration.kind, help: registration.help)
            registration.write(&text, name)
        }
        return text.text
    }

    // MARK: - Registration

    private func family<Instrument>(
        _ name: StaticString, _ kind: String, _ labels: [StaticString], _ help: StaticString,
        _ make: @escaping @Sendable () -> Instrument
    ) -> MetricFamily<Instrument> {
        let name = "\(name)"
        let labels = labels.map { "\($0)" }
        return registrations.withLock { registrations in
            if let known = registrations[name] {
                guard let family = known.family as? MetricFamily<Instrument>, known.labels == labels else {
                    preconditionFailure("the metric \(name) was declared before with another kind or other labels")
                }
                return family
            }
            let family = MetricFamily(labels: labels, make: make)
            registrations[name] = Registration(
                kind: kind, help: "\(help)", labels: labels, family: family,
                write: { text, name in family.write(to: &text, name: name) })
            return family
        }
    }

    private func observed(
        _ name: StaticString, _ kind: String, _ help: StaticString, _ read: @escaping @Sendable () -> Double?
    ) {
        registrations.withLock { registrations in
            precondition(registrations["\(name)"] == nil, "the metric \(name) was declared before")
            registrations["\(name)"] = Registration(
                kind: kind, help: "\(help)", labels: [], family: Observed(),
                write: { text, name in
                    if let value = read() { text.sample(name: name, labels: [], MetricSample(value: value)) }
                })
        }
    }

    private struct Observed: Sendable {}
}
