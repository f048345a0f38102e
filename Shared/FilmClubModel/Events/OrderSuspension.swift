/// What the order lets be watched is withheld until it is reinstated. `reason` is a kebab-case word such as `unpaid`.
public struct OrderSuspended: EventBody {
    public static let type = EventType("OrderSuspended")
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

/// What was withheld may be watched again.
public struct OrderReinstated: EventBody {
    public static let type = EventType("OrderReinstated")
    public static let topic = Topic.orders

    public var orderId: OrderID
    public var institutionId: InstitutionID

    public init(orderId: OrderID, institutionId: InstitutionID) {
        self.orderId = orderId
        self.institutionId = institutionId
    }

    public var key: String { orderId.text }
}
