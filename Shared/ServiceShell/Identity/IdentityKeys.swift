/// The settings of who may call; every service with an interface has them.
public enum IdentityKeys {
    public static let jwks = ConfigurationKey(
        "IDENTITY_JWKS",
        ConfigurationKind(
            description: "path of a JSON Web Key Set (an https address is not supported yet)",
            parse: { $0.contains("://") ? nil : $0 }, format: { $0 }),
        help: "File with the public keys of the identity provider (RFC 7517); read again when it changes.")
    public static let issuer = ConfigurationKey(
        "IDENTITY_ISSUER", .text, default: "urn:filmclub:development",
        help: "The issuer that bearer tokens must name (iss).")
    public static let audience = ConfigurationKey(
        "IDENTITY_AUDIENCE", .text, default: "urn:filmclub",
        help: "The audience that bearer tokens must be made for (aud).")

    public static let all: [any AnyConfigurationKey] = [jwks, issuer, audience]
}
