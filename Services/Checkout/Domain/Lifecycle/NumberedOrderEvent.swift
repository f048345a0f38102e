public import FilmClubModel

/// An event of an order with its place in the order's history.
public struct NumberedOrderEvent: Hashable, Sendable {
    public enum Body: Hashable, Sendable {
        case placed(OrderPlaced)
        case confirmed(OrderConfirmed)
        case fulfilled(OrderFulfilled)
        case cancelled(OrderCancelled)
    }

    /// 1…k without a gap.
    public let sequence: Int64
    public let body: Body

    public var eventBody: any EventBody {
        switch body {
        case .placed(let body): body
        case .confirmed(let body): body
        case .fulfilled(let body): body
        case .cancelled(let body): body
        }
    }
}
