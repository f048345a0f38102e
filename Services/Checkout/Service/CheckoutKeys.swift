internal import Messaging
public import ServiceShell

/// The settings of checkout.
public enum CheckoutKeys {
    static let httpPort = CommonKeys.httpPort(default: 8083)

    public static let all: [any AnyConfigurationKey] =
        ServiceFoundation.keys + [CommonKeys.httpHost, httpPort, CommonKeys.publicBaseURL] + IdentityKeys.all
}
