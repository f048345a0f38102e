internal import Messaging
public import ServiceShell

/// The settings of checkout.
public enum CheckoutKeys {
    static let httpPort = ServiceKeys.httpPort(default: 8083)

    public static let all: [any AnyConfigurationKey] =
        ServiceFoundation.keys + [ServiceKeys.httpHost, httpPort, ServiceKeys.publicBaseURL] + IdentityKeys.all
}
