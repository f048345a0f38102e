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
    /// Twice this many verified tokens are remembered: below 1 MB.
    static let generationTokensMax = 1_024

    private let file: Lock<KeySetFile>
    private let tokens: RememberingVerifier<Principal>
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
        let file = try KeySetFile(path: jwksPath, nowSeconds: now().secondsSince1970)
        self.file = Lock(file)
        tokens = RememberingVerifier(
            keys: file.keys, rules: TokenRules(type: "at+jwt", issuer: issuer, audience: audience),
            generationTokensMax: Self.generationTokensMax, reading: Self.principal)
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

    /// The caller, who must have at least one role that this program knows, whichever: else 401 or 403. Who has none may
    /// do nothing here, reading included.
    public func authenticate(_ request: Request) throws(Problem) -> Principal {
        guard let header = request.headers["Authorization"] else {
            outcomes.with("none").increment()
            throw .unauthenticated("This needs a bearer token.", error: nil)
        }
        guard let token = BearerToken.read(header) else {
            outcomes.with("malformed").increment()
            throw .unauthenticated("The Authorization header holds no bearer token.", error: "invalid_token")
        }
        let principal: Principal
        do throws(TokenRefusal) {
            principal = try verify(token)
        } catch {
            outcomes.with(error.outcome).increment()
            throw .refused(error)
        }
        guard !principal.roles.isEmpty else {
            outcomes.with("without-role").increment()
            throw .missingRole(oneOf: Role.allCases)
        }
        outcomes.with("accepted").increment()
        return principal
    }

    // MARK: - Verification

    private func verify(_ token: String) throws(TokenRefusal) -> Principal {
        let nowSeconds = now().secondsSince1970
        follow(nowSeconds: nowSeconds, because: KeySetFile.routineLookInterval)
        let edition = tokens.edition
        do throws(TokenRefusal) {
            return try tokens.value(of: token, nowSeconds: nowSeconds)
        } catch {
            // The key may be newer than ours, under a new name or under its old one.
            guard [.unknownKey, .badSignature, .algorithmOfAnotherKey].contains(error) else { throw error }
            follow(nowSeconds: nowSeconds, because: KeySetFile.unknownKeyLookInterval)
            // With the same keys the answer would be the same.
            guard tokens.edition != edition else { throw error }
            return try tokens.value(of: token, nowSeconds: nowSeconds)
        }
    }

    private func follow(nowSeconds: Int64, because interval: Int64) {
        file.withLock { file in
            switch file.look(nowSeconds: nowSeconds, because: interval) {
            case .unchanged: break
            case .changed:
                tokens.replace(keys: file.keys)
                log.info("identity.keys.read", ["path": .text(file.path)])
            case .unusable(let reason): log.error("identity.keys.unusable", [.error: .text(reason)])
            }
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
