public import Kafka
public import ServiceShell

/// How the settings say that the brokers are reached, and as whom. A module of its own: the shell knows no Kafka, Kafka
/// knows no settings, and the services need this as the operator's command does.
extension KafkaConfiguration {
    private static let servers = ConfigurationKey(
        optional: "KAFKA_BOOTSTRAP_SERVERS", .text, help: "The brokers: host:port, several with commas.")
    private static let file = ConfigurationKey(
        optional: "KAFKA_BOOTSTRAP_FILE", .path,
        help: "File with the brokers' addresses, read again when all of them are down.")
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

    /// The settings that `init(_:clientID:)` reads.
    public static let keys: [any AnyConfigurationKey] = [
        servers, file, isSecured, authorities, certificate, key, keyPassword,
    ]

    public init(_ settings: Configuration, clientID: String) throws(ConfigurationError) {
        let bootstrap: Bootstrap
        if let servers = settings[Self.servers] {
            bootstrap = .servers(servers)
        } else if let file = settings[Self.file] {
            bootstrap = .file(file)
        } else {
            throw ConfigurationError("Set KAFKA_BOOTSTRAP_SERVERS or KAFKA_BOOTSTRAP_FILE.")
        }
        self.init(bootstrap: bootstrap, clientID: clientID, tls: try Self.tls(settings))
    }

    /// nil is plain TCP. A certificate never comes without its key.
    private static func tls(_ settings: Configuration) throws(ConfigurationError) -> KafkaTLS? {
        let tls = KafkaTLS(
            caFile: settings[authorities], certificateFile: settings[certificate], keyFile: settings[key],
            keyPassword: settings[keyPassword])
        guard settings[isSecured] else {
            // Somebody believes that they are encrypted or known, and would not be.
            guard tls.caFile == nil, tls.certificateFile == nil, tls.keyFile == nil, tls.keyPassword == nil else {
                throw ConfigurationError("KAFKA_TLS_CA, _CERTIFICATE, _KEY and _KEY_PASSWORD need KAFKA_TLS=true.")
            }
            return nil
        }
        guard (tls.certificateFile == nil) == (tls.keyFile == nil) else {
            throw ConfigurationError("KAFKA_TLS_CERTIFICATE and KAFKA_TLS_KEY belong together: set both or neither.")
        }
        guard tls.keyPassword == nil || tls.keyFile != nil else {
            throw ConfigurationError("KAFKA_TLS_KEY_PASSWORD needs KAFKA_TLS_KEY.")
        }
        return tls
    }
}
