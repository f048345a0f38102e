internal import Messaging
public import ServiceShell

/// The settings of the catalog.
public enum CatalogKeys {
    static let httpPort = ServiceKeys.httpPort(default: 8081)

    public static let all: [any AnyConfigurationKey] =
        ServiceFoundation.keys + [ServiceKeys.httpHost, httpPort] + IdentityKeys.all
}
