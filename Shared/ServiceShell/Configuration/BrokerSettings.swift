/// How the settings say that the brokers are reached, and as whom. This module knows no Kafka: whoever does makes a
/// client's configuration of it.
public struct BrokerSettings: Sendable {
    public enum Bootstrap: Sendable {
        case servers(String)
        case file(String)
    }

    /// Paths of PEM files; a certificate never comes without its key.
    public struct TLS: Sendable, Equatable {
        public let authorities: String?
        public let certificate: String?
        public let key: String?
        public let keyPassword: String?
    }

    public let bootstrap: Bootstrap
    /// nil is plain TCP.
    public let tls: TLS?

    private static let isSecured = ConfigurationKey(
        "KAFKA_TLS", .flag, default: false,
        help: "Whether the brokers are reached by TLS; their certificates must name the host that was asked for.")
    private static let authorities = ConfigurationKey(
        optional: "KAFKA_TLS_CA", .readableFile,
        help: "PEM file of who may sign the brokers' certificates; without it the system's store.")
    private static let certificate = ConfigurationKey(
        optional: "KAFKA_TLS_CERTIFICATE", .readableFile,
        help: "PEM file of the certificate by which the brokers know this process, with its chain.")
    private static let key = ConfigurationKey(
        optional: "KAFKA_TLS_KEY", .readableFile, help: "PEM file of the certificate's private key.")
    private static let keyPassword = ConfigurationKey(
        optional: "KAFKA_TLS_KEY_PASSWORD", .text, secret: true, help: "What that key is encrypted with, if it is.")

    public static let keys: [any AnyConfigurationKey] = [
        CommonKeys.kafkaBootstrapServers, CommonKeys.kafkaBootstrapFile, isSecured, authorities, certificate, key,
        keyPassword,
    ]

    public init(_ settings: Configuration) throws(ConfigurationError) {
        if let servers = settings[CommonKeys.kafkaBootstrapServers] {
            bootstrap = .servers(servers)
        } else if let file = settings[CommonKeys.kafkaBootstrapFile] {
            bootstrap = .file(file)
        } else {
            throw ConfigurationError("Set KAFKA_BOOTSTRAP_SERVERS or KAFKA_BOOTSTRAP_FILE.")
        }
        let tls = TLS(
            authorities: settings[Self.authorities], certificate: settings[Self.certificate], key: settings[Self.key],
            keyPassword: settings[Self.keyPassword])
        guard settings[Self.isSecured] else {
            // Somebody believes that they are encrypted or known, and would not be.
            guard tls.authorities == nil, tls.certificate == nil, tls.key == nil, tls.keyPassword == nil else {
                throw ConfigurationError("KAFKA_TLS_CA, _CERTIFICATE, _KEY and _KEY_PASSWORD need KAFKA_TLS=true.")
            }
            self.tls = nil
            return
        }
        guard (tls.certificate == nil) == (tls.key == nil) else {
            throw ConfigurationError("KAFKA_TLS_CERTIFICATE and KAFKA_TLS_KEY belong together: set both or neither.")
        }
        guard tls.keyPassword == nil || tls.key != nil else {
            throw ConfigurationError("KAFKA_TLS_KEY_PASSWORD needs KAFKA_TLS_KEY.")
        }
        self.tls = tls
    }
}
