internal import Messaging
public import ServiceShell

/// The settings of cart.
public enum CartKeys {
    static let httpPort = ServiceKeys.httpPort(default: 8082)

    public static let all: [any AnyConfigurationKey] =
        ServiceFoundation.keys + [ServiceKeys.httpHost, httpPort] + IdentityKeys.all
}
