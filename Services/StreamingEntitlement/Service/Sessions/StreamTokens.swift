internal import FilmClubModel
internal import JOSE
internal import JSON
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Signs and verifies stream tokens. One that was verified is remembered: a player sends it with every segment.
final class StreamTokens: Sendable {
    /// A token has some 700 bytes: twice this many take about 3 MB.
    static let generationTokensMax = 2_048

    private let key: SigningKey
    private let verifier: TokenVerifier
    private let meters: StreamingMeters
    private let known = Lock(GenerationCache<String, StreamTokenClaims>(generationMax: generationTokensMax))

    init(key: SigningKey, meters: StreamingMeters) throws(JOSEError) {
        self.key = key
        self.meters = meters
        verifier = TokenVerifier(
            keys: try JWKS([key.verificationKey]),
            rules: TokenRules(
                type: StreamTokenClaims.tokenType, issuer: StreamTokenClaims.issuer,
                audience: StreamTokenClaims.audience))
    }

    func sign(_ claims: StreamTokenClaims) throws -> String {
        try key.sign(try JSON.encode(claims), type: StreamTokenClaims.tokenType)
    }

    /// What the token opens, if its signature and every claim are good and its end is not reached. The verifier's
    /// leeway is for its beginning alone: past its end a token opens nothing.
    /// - Parameter now: by the database's clock.
    func claims(of token: String, now: Instant) throws(TokenRefusal) -> StreamTokenClaims {
        let remembered = known.withLock { $0.value(for: token) }
        let claims = if let remembered { remembered } else { try verified(token, now: now) }
        guard claims.isLive(at: now) else {
            known.withLock { $0.remove(token) }
            throw .expired
        }
        return claims
    }

    private func verified(_ token: String, now: Instant) throws(TokenRefusal) -> StreamTokenClaims {
        meters.verifications.increment()
        let verified = try verifier.verify(token, nowSeconds: now.secondsSince1970)
        guard
            let claims = try? JSON.decode(StreamTokenClaims.self, from: JSON.encode(.object(verified.claims)))
        else { throw .malformed("its claims are not a stream token's") }
        known.withLock { $0.keep(claims, for: token) }
        return claims
    }
}
