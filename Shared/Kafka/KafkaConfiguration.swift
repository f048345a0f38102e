/// How to reach a broker, and as whom. One value serves producers, consumers and the admin client.
public struct KafkaConfiguration: Sendable {
    public enum Bootstrap: Sendable, Hashable {
        /// `host:port`, several with commas.
        case servers(String)
        /// A file that holds the same, replaced as a whole when a broker starts. It may come into being later,
        /// and is read again while every broker is down: the embedded broker has another port at each start.
        case file(String)
    }

    public var bootstrap: Bootstrap
    /// What brokers write into their logs and quotas.
    public var clientID: String
    /// `nil` is plain TCP.
    public var tls: KafkaTLS?
    /// Further librdkafka settings by name (CONFIGURATION.md). What correctness rests on is refused here.
    public var extra: [String: String]

    public init(
        bootstrap: Bootstrap, clientID: String = "filmclub", tls: KafkaTLS? = nil, extra: [String: String] = [:]
    ) {
        self.bootstrap = bootstrap
        self.clientID = clientID
        self.tls = tls
        self.extra = extra
    }

    public init(bootstrapServers: String, clientID: String = "filmclub") {
        self.init(bootstrap: .servers(bootstrapServers), clientID: clientID)
    }

    public init(bootstrapFile: String, clientID: String = "filmclub") {
        self.init(bootstrap: .file(bootstrapFile), clientID: clientID)
    }
}

/// TLS with the broker; with a certificate of our own the broker knows us by it (PEM files throughout).
public struct KafkaTLS: Sendable {
    /// Who may sign the broker's certificate; `nil` is the system's store.
    public var caFile: String?
    public var certificateFile: String?
    public var keyFile: String?
    public var keyPassword: String?
    /// Whether the broker's certificate must name the host that was asked for.
    public var verifiesHostName: Bool

    public init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, keyPassword: String? = nil,
        verifiesHostName: Bool = true
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.keyPassword = keyPassword
        self.verifiesHostName = verifiesHostName
    }
}
