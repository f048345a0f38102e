/// The settings of who may call; every service with an interface has them.
public enum IdentityKeys {
    public static let jwks = ConfigurationKey(
        "IDENTITY_JWKS",
        ConfigurationKind(
            description: "path of a JSON Web Key Set, or its https address (http on the loopback alone)",
            parse: { KeySetLocation($0) },
            format: { location in
                switch location {
                case .file(let text), .address(let text): text
                }
            }),
        help: "The public keys of the identity provider (RFC 7517); read again when they change.")
    public static let authoritiesFile = ConfigurationKey(
        optional: "IDENTITY_JWKS_CA_FILE", .path,
        help: "PEM file of the authorities that IDENTITY_JWKS's server may be certified by; else the system's.")
    public static let issuer = ConfigurationKey(
        "IDENTITY_ISSUER", .text, default: "urn:filmclub:development",
        help: "The issuer that bearer tokens must name (iss).")
    public static let audience = ConfigurationKey(
        "IDENTITY_AUDIENCE", .text, default: "urn:filmclub",
        help: "The audience that bearer tokens must be made for (aud).")

    public static let all: [any AnyConfigurationKey] = [jwks, authoritiesFile, issuer, audience]
}
