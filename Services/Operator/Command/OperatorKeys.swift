internal import Kafka
internal import KafkaSettings
internal import ServiceShell

/// The command's settings; deploy/up writes them to a file for it.
enum OperatorKeys {
    static let catalogURL = url("CATALOG", "catalog", port: 8081)
    static let cartURL = url("CART", "cart", port: 8082)
    static let checkoutURL = url("CHECKOUT", "checkout", port: 8083)
    static let streamingURL = url("STREAMING", "streaming-entitlement", port: 8084)

    static let catalogOps = opsURL("CATALOG")
    static let cartOps = opsURL("CART")
    static let checkoutOps = opsURL("CHECKOUT")
    static let streamingOps = opsURL("STREAMING")

    static let catalogDatabase = database("CATALOG", "catalog")
    static let cartDatabase = database("CART", "cart")
    static let checkoutDatabase = database("CHECKOUT", "checkout")
    static let streamingDatabase = database("STREAMING", "streaming-entitlement")

    static let identityKey = ConfigurationKey(
        optional: "IDENTITY_KEY", .text, secret: true,
        help: "Private JWK that development tokens are signed with (filmclub key makes one).")
    static let identityIssuer = ConfigurationKey(
        "IDENTITY_ISSUER", .text, default: "https://filmclub.localhost", help: "The tokens' issuer.")
    static let identityAudience = ConfigurationKey(
        "IDENTITY_AUDIENCE", .text, default: "filmclub", help: "The tokens' audience.")

    static let stateFolder = ConfigurationKey(
        optional: "STATE_FOLDER", .path, help: "A folder on the disk that the databases fill, for doctor.")

    static let all: [any AnyConfigurationKey] =
        [
            catalogURL, cartURL, checkoutURL, streamingURL, catalogOps, cartOps, checkoutOps, streamingOps,
            catalogDatabase, cartDatabase, checkoutDatabase, streamingDatabase, identityKey, identityIssuer,
            identityAudience, stateFolder,
        ] + KafkaConfiguration.keys

    private static func url(_ prefix: String, _ service: String, port: Int) -> ConfigurationKey<String> {
        ConfigurationKey(
            "\(prefix)_URL", .url(), default: "http://127.0.0.1:\(port)", help: "Where \(service) answers.")
    }

    private static func opsURL(_ prefix: String) -> ConfigurationKey<String?> {
        ConfigurationKey(optional: "\(prefix)_OPS_URL", .url(), help: "Its metrics and health.")
    }

    private static func database(_ prefix: String, _ service: String) -> ConfigurationKey<String?> {
        ConfigurationKey(
            optional: "\(prefix)_DATABASE_URL", .text, secret: true, help: "The store of \(service), for trace.")
    }
}

extension CommandContext {
    /// The broker that the settings name.
    func kafka() throws(ConfigurationError) -> KafkaConfiguration {
        try KafkaConfiguration(settings, clientID: "filmclub-operator")
    }
}
