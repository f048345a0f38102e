public import FilmClubModel
internal import Reactor

/// Takes the steps that a process does for traces, until the exporter fetches them.
///
/// It never slows or stops the work that it hears of: to take a step is to append to a bounded queue, and one that
/// finds it full is counted and dropped. Without a collector nothing is taken at all.
public final class Tracer: Sendable {
    /// The exporter fetches every second: this is also how many steps a second are told at the most.
    static let waitingMax = 2_048

    /// Nobody wants to hear of traces.
    public static let off = Tracer(sampledShare: 1, isOn: false)

    public let isOn: Bool
    /// Of the traces that begin here, from 0 to 1. What comes in keeps the decision that its sender made.
    let sampledShare: Double

    private struct State {
        var waiting: [Span] = []
        var dropped = 0
    }

    private let state = Lock(State())

    init(sampledShare: Double, isOn: Bool = true) {
        self.sampledShare = sampledShare
        self.isOn = isOn
    }

    /// Takes a step of the trace that `context` is a place in; `span` is not called where nobody wants it.
    public func record(_ context: TraceContext, _ span: () -> Span) {
        guard isOn, context.isSampled else { return }
        let span = span()
        state.withLock { state in
            if state.waiting.count < Self.waitingMax { state.waiting.append(span) } else { state.dropped += 1 }
        }
    }

    /// What was taken since the last time, and how many found the queue full.
    func take() -> (spans: [Span], dropped: Int) {
        state.withLock { state in
            defer { state = State() }
            return (state.waiting, state.dropped)
        }
    }
}

extension Tracer {
    /// As the process's settings say.
    convenience init(_ configuration: Configuration) {
        self.init(
            sampledShare: configuration[ShellKeys.tracesShare], isOn: configuration[ShellKeys.tracesEndpoint] != nil)
    }
}
