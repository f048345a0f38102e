/// A service as events name it: `ce_source` is `urn:filmclub:<name>`.
public struct ServiceName: TextValue {
    public let text: String

    public static let catalog = ServiceName(known: "catalog")
    public static let cart = ServiceName(known: "cart")
    public static let checkout = ServiceName(known: "checkout")
    public static let streamingEntitlement = ServiceName(known: "streaming-entitlement")

    private init(known text: String) {
        self.text = text
    }

    /// Any lower-case word: a house may grow services that this build has never met.
    public init(_ text: String) throws(InvalidValue) {
        guard !text.isEmpty, text.utf8.count <= 40, text.utf8.allSatisfy({ $0.isASCIILower || $0 == 0x2D }) else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no service's name: lower-case words and hyphens.")
        }
        self.text = text
    }

    static let sourcePrefix = "urn:filmclub:"

    /// The CloudEvents `source`.
    public var source: String { Self.sourcePrefix + text }

    public init(source: String) throws(InvalidValue) {
        guard source.hasPrefix(Self.sourcePrefix) else {
            throw InvalidValue("\(InvalidValue.quoted(source)) is no source of this house: urn:filmclub:<service>.")
        }
        try self.init(String(source.dropFirst(Self.sourcePrefix.count)))
    }
}
