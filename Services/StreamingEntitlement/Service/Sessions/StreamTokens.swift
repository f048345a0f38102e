internal import FilmClubModel
internal import JOSE
internal import JSON
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Signs and verifies stream tokens. One that was verified is remembered: a player sends it with every segment.
final class StreamTokens: Sendable {
    /// Twice this many are remembered: below 2 MB.
    static let generationTokensMax = 2_048

    private let key: SigningKey
    private let verifier: RememberingVerifier<StreamTokenClaims>

    init(keys: SigningKeys, meters: StreamingMeters) {
        key = keys.current
        verifier = RememberingVerifier(
            keys: keys.verification,
            rules: TokenRules(
                type: StreamTokenClaims.tokenType, issuer: StreamTokenClaims.issuer,
                audience: StreamTokenClaims.audience),
            generationTokensMax: Self.generationTokensMax
        ) { token throws(TokenRefusal) in
            meters.verifications.increment()
            return try Self.claims(token)
        }
    }

    func sign(_ claims: StreamTokenClaims) throws -> String {
        try key.sign(try JSON.encode(claims), type: StreamTokenClaims.tokenType)
    }

    /// What the token opens, if its signature and every claim are good and its end is not reached. The verifier's
    /// leeway is for its beginning alone: past its end a token opens nothing.
    /// - Parameter now: by the database's clock.
    func claims(of token: String, now: Instant) throws(TokenRefusal) -> StreamTokenClaims {
        let claims = try verifier.value(of: token, nowSeconds: now.secondsSince1970)
        guard claims.isLive(at: now) else { throw .expired }
        return claims
    }

    private static func claims(_ token: VerifiedToken) throws(TokenRefusal) -> StreamTokenClaims {
        do {
            return try JSON.decode(StreamTokenClaims.self, from: JSON.encode(.object(token.claims)))
        } catch {
            throw .malformed("its claims are not a stream token's")
        }
    }
}
