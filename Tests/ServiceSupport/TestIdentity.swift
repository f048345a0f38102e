public import FilmClubModel
import FoundationEssentials
public import JOSE
import JSON
public import ServiceShell

/// The identity provider of a test: signs access tokens, and its key set lies in a file that is gone with it.
public final class TestIdentity: Sendable {
    public static let issuer = "urn:test:identity"
    public static let audience = "urn:test:filmclub"

    public let key: SigningKey
    private let keySet = FileManager.default.temporaryDirectory.appending(path: "filmclub-\(UUID().uuidString).jwks")

    public init() throws {
        key = try .generateES256(keyID: "test")
        try Data(JWKS([key.verificationKey]).json()).write(to: keySet)
    }

    deinit { try? FileManager.default.removeItem(at: keySet) }

    /// What a service judges this provider's tokens by.
    public func authenticator(log: Log, metrics: Metrics) throws -> Authenticator {
        try Authenticator(
            jwksPath: keySet.path, issuer: Self.issuer, audience: Self.audience, log: log, metrics: metrics)
    }

    /// An access token; `type` and `expiresInSeconds` make one that is refused.
    public func token(
        _ roles: [Role], of institution: InstitutionID?, type: String = "at+jwt", expiresInSeconds: Int64 = 600,
        signedBy other: SigningKey? = nil
    ) throws -> String {
        let now = Instant.now().secondsSince1970
        var claims: JSONObject = [
            "iss": .string(Self.issuer), "aud": .string(Self.audience), "sub": "someone", "iat": .integer(now),
            "exp": .integer(now + expiresInSeconds), "roles": .array(roles.map { .string($0.rawValue) }),
        ]
        if let institution { claims["institution"] = .string(institution.text) }
        return try (other ?? key).sign(claims, type: type)
    }
}
