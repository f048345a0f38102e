internal import FilmClubModel
internal import HTTPServer
internal import JOSE
internal import Messaging
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Decides over each request of a player, by its token, its path and what is in memory. The database is asked only
/// while the revocations in memory are too old to decide by.
struct PlayGate: Sendable {
    let tokens: StreamTokens
    let known: KnownRevocations
    let store: RevocationStore
    let library: AssetLibrary
    let meters: StreamingMeters

    /// Why a request is not served.
    enum Refusal: Error, Sendable {
        /// No token, or one that is not good.
        case token(TokenRefusal)
        /// A good token that opens nothing at this moment.
        case playback(PlaybackRefusal)
        /// Nothing is served at this path.
        case notFound
        /// This process knows nothing of revocations yet.
        case notReady

        /// For the metric.
        var outcome: String {
            switch self {
            case .token(.expired): "token-expired"
            case .token: "token-refused"
            case .playback(let refusal): refusal.reason
            case .notFound: "not-found"
            case .notReady: "not-ready"
            }
        }
    }

    struct Admission: Sendable {
        let claims: StreamTokenClaims
        let path: AssetPath
        let content: LoadedAsset.Content
    }

    /// What to serve.
    /// - Parameter rawPath: what follows the token in the request's path, as it was sent.
    func admit(token: String, rawPath: some StringProtocol) async throws -> Admission {
        let claims = try await holder(of: token)
        guard let path = AssetPath(requested: rawPath), let asset = try? await library.asset(claims.asset),
            let content = asset.content(at: path)
        else { throw Refusal.notFound }
        return Admission(claims: claims, path: path, content: content)
    }

    private func holder(of token: String) async throws -> StreamTokenClaims {
        guard let (revocations, now) = known.current else { throw Refusal.notReady }
        let claims = try live(token, now)
        guard revocations.isStale(at: now) else {
            if let refusal = revocations.refusal(of: claims, at: now) { throw Refusal.playback(refusal) }
            return claims
        }
        meters.databaseChecks.increment()
        let fresh = try await Problem.forDatabase { try await store.revocations(touching: claims) }
        if let refusal = fresh.refusal(of: claims, at: fresh.readAt) { throw Refusal.playback(refusal) }
        return claims
    }

    private func live(_ token: String, _ now: Instant) throws(Refusal) -> StreamTokenClaims {
        do throws(TokenRefusal) {
            return try tokens.claims(of: token, now: now)
        } catch {
            throw .token(error)
        }
    }
}
