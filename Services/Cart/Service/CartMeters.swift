internal import CartDomain
internal import ServiceShell

/// What an operator sees of carts.
struct CartMeters: Sendable {
    private let changes: MetricFamily<Counter>
    private let refusals: MetricFamily<Counter>

    init(_ metrics: Metrics) {
        changes = metrics.counter(
            "filmclub_cart_events_total", labels: ["event"],
            help: "What clients did to open carts: selected, removed, completed.")
        refusals = metrics.counter(
            "filmclub_cart_refusals_total", labels: ["reason"], help: "Refused requests, by the problem's type.")
    }

    func count(_ events: [CartEvent]) {
        for event in events { changes.with(event.body.label).increment() }
    }

    func refused(_ refusal: CartRefusal) { refusals.with(refusal.word).increment() }
}

extension CartEvent.Body {
    fileprivate var label: String {
        switch self {
        case .opened: "opened"
        case .selected: "selected"
        case .removed: "removed"
        case .completed: "completed"
        case .closed: "closed"
        }
    }
}
