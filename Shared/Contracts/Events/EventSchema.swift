public import FilmClubModel
public import JSON

/// The JSON Schema of one version of an event's body, as it was published: its file never changes again.
///
/// A member that it does not name may be there: a later minor version adds some. What it asks for is what a reader needs.
public struct EventSchema: Sendable {
    public let type: EventType
    /// The file, byte for byte.
    public let bytes: [UInt8]

    /// `OrderPlaced-1.1`: the name of its file and its address.
    public var name: String { "\(type.name)-\(type.version)" }

    init(_ name: String, _ major: Int, _ minor: Int, _ bytes: [UInt8]) {
        type = EventType(name, major, minor)
        self.bytes = bytes
    }

    public func document() throws(JSONError) -> JSONValue { try JSON.parse(bytes) }

    /// Every version that was ever published; a type's versions in their order.
    public static let all: [EventSchema] = [
        EventSchema("FilmChanged", 1, 0, PackageResources.FilmChanged_1_0_json),
        EventSchema("FilmChanged", 1, 1, PackageResources.FilmChanged_1_1_json),
        EventSchema("ProgrammeChanged", 1, 0, PackageResources.ProgrammeChanged_1_0_json),
        EventSchema("ProgrammeChanged", 1, 1, PackageResources.ProgrammeChanged_1_1_json),
        EventSchema("InstitutionChanged", 1, 0, PackageResources.InstitutionChanged_1_0_json),
        EventSchema("InstitutionChanged", 1, 1, PackageResources.InstitutionChanged_1_1_json),
        EventSchema("CartOpened", 1, 0, PackageResources.CartOpened_1_0_json),
        EventSchema("FilmSelected", 1, 0, PackageResources.FilmSelected_1_0_json),
        EventSchema("FilmRemoved", 1, 0, PackageResources.FilmRemoved_1_0_json),
        EventSchema("CartCompleted", 1, 0, PackageResources.CartCompleted_1_0_json),
        EventSchema("CartClosed", 1, 0, PackageResources.CartClosed_1_0_json),
        EventSchema("CartExpired", 1, 0, PackageResources.CartExpired_1_0_json),
        EventSchema("OrderPlaced", 1, 0, PackageResources.OrderPlaced_1_0_json),
        EventSchema("OrderPlaced", 1, 1, PackageResources.OrderPlaced_1_1_json),
        EventSchema("PaymentAuthorised", 1, 0, PackageResources.PaymentAuthorised_1_0_json),
        EventSchema("OrderConfirmed", 1, 0, PackageResources.OrderConfirmed_1_0_json),
        EventSchema("OrderConfirmed", 1, 1, PackageResources.OrderConfirmed_1_1_json),
        EventSchema("OrderFulfilled", 1, 0, PackageResources.OrderFulfilled_1_0_json),
        EventSchema("OrderCancelled", 1, 0, PackageResources.OrderCancelled_1_0_json),
        EventSchema("OrderRefunded", 1, 0, PackageResources.OrderRefunded_1_0_json),
        EventSchema("FilmSwapped", 1, 0, PackageResources.FilmSwapped_1_0_json),
        EventSchema("OrderSuspended", 1, 0, PackageResources.OrderSuspended_1_0_json),
        EventSchema("OrderReinstated", 1, 0, PackageResources.OrderReinstated_1_0_json),
        EventSchema("EntitlementsGranted", 1, 0, PackageResources.EntitlementsGranted_1_0_json),
        EventSchema("EntitlementsRefused", 1, 0, PackageResources.EntitlementsRefused_1_0_json),
        EventSchema("EntitlementSuspended", 1, 0, PackageResources.EntitlementSuspended_1_0_json),
        EventSchema("EntitlementReinstated", 1, 0, PackageResources.EntitlementReinstated_1_0_json),
        EventSchema("EntitlementRevoked", 1, 0, PackageResources.EntitlementRevoked_1_0_json),
        EventSchema("UsageAggregated", 1, 0, PackageResources.UsageAggregated_1_0_json),
        EventSchema("RepublishRequested", 1, 0, PackageResources.RepublishRequested_1_0_json),
    ]
}
