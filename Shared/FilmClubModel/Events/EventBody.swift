/// The body of an event: what its JSON says.
public protocol EventBody: Codable, Hashable, Sendable {
    static var type: EventType { get }
    static var topic: Topic { get }

    /// The key within the topic; also the envelope's subject.
    var key: String { get }
}

/// Every event this build knows, one body a type.
public enum Events {
    public static let all: [any EventBody.Type] = [
        FilmChanged.self, ProgrammeChanged.self, InstitutionChanged.self,
        CartOpened.self, FilmSelected.self, FilmRemoved.self, CartCompleted.self, CartClosed.self, CartExpired.self,
        OrderPlaced.self, PaymentAuthorised.self, OrderConfirmed.self, OrderFulfilled.self, OrderCancelled.self,
        OrderRefunded.self, FilmSwapped.self, OrderSuspended.self, OrderReinstated.self,
        EntitlementsGranted.self, EntitlementsRefused.self, EntitlementSuspended.self, EntitlementReinstated.self,
        EntitlementRevoked.self, UsageAggregated.self,
        RepublishRequested.self,
    ]
}
