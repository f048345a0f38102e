/// The payment provider holds the money for us; it isn't ours yet.
public struct PaymentAuthorised: EventBody {
    public static let type = EventType("PaymentAuthorised")
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var amount: Money

    public init(orderId: OrderID, amount: Money) {
        self.orderId = orderId
        self.amount = amount
    }

    public var key: String { orderId.text }
}

/// Every line has its entitlement.
public struct OrderFulfilled: EventBody {
    public static let type = EventType("OrderFulfilled")
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var institutionId: InstitutionID
    public var fulfilledAt: Instant

    public init(orderId: OrderID, institutionId: InstitutionID, fulfilledAt: Instant) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.fulfilledAt = fulfilledAt
    }

    public var key: String { orderId.text }
}

/// The order will not be fulfilled. `reason` is a kebab-case word such as `entitlements-refused`.
public struct OrderCancelled: EventBody {
    public static let type = EventType("OrderCancelled")
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var institutionId: InstitutionID
    public var reason: String

    public init(orderId: OrderID, institutionId: InstitutionID, reason: String) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.reason = reason
    }

    public var key: String { orderId.text }
}

/// Money went back. `reason` is a kebab-case word.
public struct OrderRefunded: EventBody {
    public static let type = EventType("OrderRefunded")
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var institutionId: InstitutionID
    public var amount: Money
    public var reason: String

    public init(orderId: OrderID, institutionId: InstitutionID, amount: Money, reason: String) {
        self.orderId = orderId
        self.institutionId = institutionId
        self.amount = amount
        self.reason = reason
    }

    public var key: String { orderId.text }
}

/// One line's film was exchanged for another.
public struct FilmSwapped: EventBody {
    public static let type = EventType("FilmSwapped")
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var lineId: OrderLineID
    public var oldFilmId: FilmID
    public var newFilmId: FilmID
    public var newTitle: String

    public init(orderId: OrderID, lineId: OrderLineID, oldFilmId: FilmID, newFilmId: FilmID, newTitle: String) {
        self.orderId = orderId
        self.lineId = lineId
        self.oldFilmId = oldFilmId
        self.newFilmId = newFilmId
        self.newTitle = newTitle
    }

    public var key: String { orderId.text }
}
