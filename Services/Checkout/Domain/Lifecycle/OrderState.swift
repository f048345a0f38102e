public import FilmClubModel

/// Where an order stands. `parked` is no state: an order that needs a person stays what it is, and can still go on.
public enum OrderState: String, WireEnumeration {
    case placed, confirmed, fulfilled, cancelled, refunded

    /// The graph: what may follow.
    public var successors: Set<OrderState> {
        switch self {
        case .placed: [.confirmed, .cancelled]
        case .confirmed: [.fulfilled, .cancelled, .refunded]
        // Nothing was paid yet, or what was paid goes back by another way: see its invoice.
        case .fulfilled: [.cancelled, .refunded]
        case .cancelled, .refunded: []
        }
    }

    /// Whether somebody still waits for it to end.
    public var isOpen: Bool {
        switch self {
        case .placed, .confirmed: true
        case .fulfilled, .cancelled, .refunded: false
        }
    }
}
