public import FilmClubModel
public import HTTPServer
internal import JOSE
internal import JSON
internal import Reactor

/// Turns a request's bearer token (RFC 6750) into a principal, or into the problem that answers it.
///
///     let principal = try authenticator.require(.purchaser, of: request)
///
/// Tokens are JWT access tokens (RFC 9068, `typ: at+jwt`) with the claims `institution` (uuid text) and `roles` (array
/// of strings; roles this program does not know are passed over). Their keys come from a file that may be replaced
/// while the process runs: it is looked at again when a token names an unknown key, and routinely.
public final class Authenticator: Sendable {
    static let subjectBytesMax = 255

    private struct State {
        var file: KeySetFile
        var verifier: TokenVerifier
        var cache = TokenCache()
    }

    private let state: Lock<State>
    private let rules: TokenRules
    private let now: @Sendable () -> Instant
    private let log: Log
    private let outcomes: MetricFamily<Counter>

    /// - Parameter jwksPath: must be readable and hold a valid key set now; later failures leave the old keys in use.
    public init(
        jwksPath: String, issuer: String, audience: String, log: Log, metrics: Metrics,
        now: @escaping @Sendable () -> Instant = { .now() }
    ) throws {
        self.now = now
        self.log = log
        rules = TokenRules(type: "at+jwt", issuer: issuer, audience: audience)
        let file = try KeySetFile(path: jwksPath, nowSeconds: now().secondsSince1970)
        state = Lock(State(file: file, verifier: TokenVerifier(keys: file.keys, rules: rules)))
        outcomes = metrics.counter(
            "filmclub_authentications_total", labels: ["outcome"], help: "Bearer tokens presented, by outcome.")
    }

    /// As the process's settings say (`IdentityKeys`).
    public convenience init(_ context: ShellContext) throws {
        let settings = context.configuration
        try self.init(
            jwksPath: settings[IdentityKeys.jwks], issuer: settings[IdentityKeys.issuer],
            audience: settings[IdentityKeys.audience], log: context.log, metrics: context.metrics)
    }

    /// The caller, who must have at least one of `roles`: else 401 or 403.
    public func require(_ roles: Role..., of request: Request) throws(Problem) -> Principal {
        let principal = try authenticate(request)
        guard !principal.roles.isDisjoint(with: roles) else { throw .missingRole(oneOf: roles) }
        return principal
    }

    /// As above, for what belongs to an institution: a caller that acts for none gets 403.
    public func requireInstitution(
        _ roles: Role..., of request: Request
    ) throws(Problem) -> (principal: Principal, institution: InstitutionID) {
        let principal = try authenticate(request)
        guard !principal.roles.isDisjoint(with: roles) else { throw .missingRole(oneOf: roles) }
        guard let institution = principal.institution else { throw .noInstitution }
        return (principal, institution)
    }

    /// The caller, whatever its roles: else 401.
    public func authenticate(_ request: Request) throws(Problem) -> Principal {
        guard let header = request.headers["Authorization"] else {
            outcomes.with("none").increment()
            throw .unauthenticated("This needs a bearer token.", error: nil)
        }
        guard let token = Self.bearerToken(header) else {
            outcomes.with("malformed").increment()
            throw .unauthenticated("The Authorization header holds no bearer token.", error: "invalid_token")
        }
        do throws(TokenRefusal) {
            let principal = try verify(token)
            outcomes.with("accepted").increment()
            return principal
        } catch {
            outcomes.with(error.outcome).increment()
            throw .refused(error)
        }
    }

    /// The token of `Bearer <b64token>`; the scheme's letters may be of either case.
    static func bearerToken(_ header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    // MARK: - Verification

    private func verify(_ token: String) throws(TokenRefusal) -> Principal {
        let nowSeconds = now().secondsSince1970
        let (known, verifier) = state.withLock { state in
            follow(&state, nowSeconds: nowSeconds, because: KeySetFile.routineLookInterval)
            return (state.cache.principal(of: token, nowSeconds: nowSeconds), state.verifier)
        }
        if let known { return known }
        let verified: VerifiedToken
        do throws(TokenRefusal) {
            verified = try verifier.verify(token, nowSeconds: nowSeconds)
        } catch {
            // The key may be newer than ours, under a new name or under its old one.
            guard error == .unknownKey || error == .badSignature else { throw error }
            verified = try lookAgain(nowSeconds: nowSeconds).verify(token, nowSeconds: nowSeconds)
        }
        let principal = try Self.principal(verified)
        state.withLock {
            $0.cache.keep(principal, of: token, expiresAtSeconds: verified.expiresAt)
        }
        return principal
    }

    private func lookAgain(nowSeconds: Int64) -> TokenVerifier {
        state.withLock { state in
            follow(&state, nowSeconds: nowSeconds, because: KeySetFile.unknownKeyLookInterval)
            return state.verifier
        }
    }

    private func follow(_ state: inout State, nowSeconds: Int64, because interval: Int64) {
        switch state.file.look(nowSeconds: nowSeconds, because: interval) {
        case .unchanged: break
        case .changed:
            state.verifier = TokenVerifier(keys: state.file.keys, rules: rules)
            state.cache.removeAll()
            log.info("identity.keys.read", ["path": .text(state.file.path)])
        case .unusable(let reason): log.error("identity.keys.unusable", [.error: .text(reason)])
        }
    }

    private static func principal(_ token: VerifiedToken) throws(TokenRefusal) -> Principal {
        guard let subject = token.subject else { throw .missingClaim("sub") }
        guard subject.utf8.count <= subjectBytesMax else { throw .malformedClaim("sub") }
        var institution: InstitutionID?
        if let claim = token.claims["institution"] {
            guard let text = claim.stringValue, let id = try? InstitutionID(text) else {
                throw .malformedClaim("institution")
            }
            institution = id
        }
        var roles: Set<Role> = []
        if let claim = token.claims["roles"] {
            guard let names = claim.arrayValue else { throw .malformedClaim("roles") }
            roles = Set(names.compactMap { $0.stringValue.flatMap(Role.init) })
        }
        return Principal(subject: subject, institution: institution, roles: roles)
    }
}
