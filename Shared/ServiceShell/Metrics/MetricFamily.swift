internal import Reactor

/// All series of one metric: one instrument for each combination of label values that was used.
public final class MetricFamily<Instrument: MetricInstrument>: Sendable {
    private let labels: [String]
    private let make: @Sendable () -> Instrument
    private let series = Lock<[[String]: Instrument]>([:])

    init(labels: [String], make: @escaping @Sendable () -> Instrument) {
        self.labels = labels
        self.make = make
    }

    /// The series of these label values, in the order the labels were declared. When a metric has its full number
    /// of series (`Metrics.seriesMax`), further values share one series whose labels all read `other`, so that no
    /// caller's input can fill the memory here or at the one who scrapes.
    public func with(_ values: String...) -> Instrument { instrument(values) }

    /// Forgets the series of all other label values: what they were about is no longer ours to tell.
    public func retain(_ kept: Set<[String]>) {
        series.withLock { series in series = series.filter { kept.contains($0.key) } }
    }

    func instrument(_ values: [String]) -> Instrument {
        precondition(values.count == labels.count, "a series needs a value for each of \(labels)")
        return series.withLock { series in
            if let known = series[values] { return known }
            let full = series.count >= Metrics.seriesMax
            let key = full ? Array(repeating: Metrics.overflowLabel, count: labels.count) : values
            if let known = series[key] { return known }
            let new = make()
            series[key] = new
            return new
        }
    }

    func write(to text: inout MetricsText, name: String) {
        let all = series.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (values, instrument) in all {
            for sample in instrument.samples() {
                text.sample(name: name, labels: zip(labels, values).map { ($0, $1) }, sample)
            }
        }
    }
}
