public import ServiceShell

/// The settings of checkout.
public enum CheckoutKeys {
    static let httpPort = CommonKeys.httpPort(default: 8083)

    public static let all: [any AnyConfigurationKey] =
        [
            CommonKeys.databaseURL, CommonKeys.databaseConnectionsMax, CommonKeys.kafkaBootstrapServers,
            CommonKeys.kafkaBootstrapFile, CommonKeys.httpHost, httpPort, CommonKeys.publicBaseURL,
        ] + IdentityKeys.all
}
