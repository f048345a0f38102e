internal import JOSE
internal import Messaging
public import ServiceShell

/// The settings of streaming.
public enum StreamingKeys {
    static let httpPort = ServiceKeys.httpPort(default: 8084)

    static let mediaRoot = ConfigurationKey(
        "MEDIA_ROOT", .path, help: "Folder of all media: a film plays what lies in MEDIA_ROOT/<asset>.")

    static let signingKey = ConfigurationKey(
        "STREAM_SIGNING_KEY",
        ConfigurationKind(
            description: "private JSON Web Key of P-256 or Ed25519, or a set of them of which the first signs",
            parse: { try? SigningKeys(Array($0.utf8)) }, format: { _ in Configuration.redaction }),
        secret: true,
        help: "The key that play addresses are signed with; all processes of the service have the same. In a set the "
            + "others are earlier keys: what they signed plays on.")

    public static let all: [any AnyConfigurationKey] =
        ServiceFoundation.keys + [ServiceKeys.httpHost, httpPort, ServiceKeys.publicBaseURL, mediaRoot, signingKey]
        + IdentityKeys.all
}
