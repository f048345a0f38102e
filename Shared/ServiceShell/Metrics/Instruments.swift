internal import Reactor
internal import Synchronization

/// What one series of a metric holds. The registry makes them; a service keeps and moves them.
public protocol MetricInstrument: Sendable {
    /// How the instrument shows itself: suffix of the name, extra label, value.
    func samples() -> [MetricSample]
}

public struct MetricSample: Sendable, Equatable {
    public var suffix = ""
    public var label: (name: String, value: String)?
    public var value: Double

    public static func == (left: MetricSample, right: MetricSample) -> Bool {
        left.suffix == right.suffix && left.label?.name == right.label?.name
            && left.label?.value == right.label?.value && left.value == right.value
    }
}

/// Counts up from zero at the start of the process.
public final class Counter: MetricInstrument {
    private let count = Atomic<UInt64>(0)

    public func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter never falls")
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    public var value: UInt64 { count.load(ordering: .relaxed) }

    public func samples() -> [MetricSample] { [MetricSample(value: Double(value))] }
}

/// A value that rises and falls.
public final class Gauge: MetricInstrument {
    private let bits = Atomic<UInt64>(Double(0).bitPattern)

    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    public func set(_ value: Int) { set(Double(value)) }

    public func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let result = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if result.exchanged { return }
            old = result.original
        }
    }

    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    public func samples() -> [MetricSample] { [MetricSample(value: value)] }
}

/// Counts observations by fixed upper bounds, which are part of the metric's declaration.
public final class Histogram: MetricInstrument {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    /// Ascending; the bucket of everything above the last is implied.
    public let bounds: [Double]
    private let state: Lock<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Lock(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    public func observe(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[index] &+= 1
            $0.sum += value
        }
    }

    /// Observes a time in seconds, the unit Prometheus asks for.
    public func observe(_ duration: Duration) { observe(duration / .seconds(1)) }

    public var count: UInt64 { state.withLock { $0.counts.reduce(0, &+) } }

    public func samples() -> [MetricSample] {
        let state = state.withLock { $0 }
        var samples: [MetricSample] = []
        var cumulative: UInt64 = 0
        for (index, count) in state.counts.enumerated() {
            cumulative &+= count
            let bound = index < bounds.count ? MetricsText.number(bounds[index]) : "+Inf"
            samples.append(MetricSample(suffix: "_bucket", label: ("le", bound), value: Double(cumulative)))
        }
        samples.append(MetricSample(suffix: "_sum", value: state.sum))
        samples.append(MetricSample(suffix: "_count", value: Double(cumulative)))
        return samples
    }

    /// Upper bounds in seconds for answers over HTTP and work on events: 1 ms to 10 s.
    public static let latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
