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
/// while the process runs, or from an address: they are looked at again when a token names an unknown key, and
/// routinely.
public final class Authenticator: Sendable {
    static let subjectBytesMax = 255
    /// Twice this many verified tokens are remembered: below 1 MB.
    static let generationTokensMax = 1_024

    private enum Source: Sendable {
        case file(Lock<KeySetFile>)
        case address(RemoteKeySet)
    }

    private let source: Source
    private let tokens: RememberingVerifier<Principal>
    private let now: @Sendable () -> Instant
    private let log: Log
    private let outcomes: MetricFamily<Counter>

    /// - Parameter jwksPath: must be readable and hold a valid key set now; later failures leave the old keys in use.
    public init(
        jwksPath: String, issuer: String, audience: String, log: Log, metrics: Metrics,
        now: @escaping @Sendable () -> Instant = { .now() }
    ) throws {
        let file = try KeySetFile(path: jwksPath, nowSeconds: now().secondsSince1970)
        source = .file(Lock(file))
        tokens = Self.verifier(file.keys, issuer: issuer, audience: audience)
        outcomes = Self.outcomes(metrics)
        self.now = now
        self.log = log
    }

    /// - Parameters:
    ///   - jwksAddress: is read in the background from now on. Until it was read once, who shows a token gets 503.
    ///   - authoritiesFile: PEM of the authorities to trust in the place of the system's.
    init(
        jwksAddress: String, authoritiesFile: String?, on loop: EventLoop, issuer: String, audience: String, log: Log,
        metrics: Metrics, now: @escaping @Sendable () -> Instant = { .now() }
    ) {
        let tokens = Self.verifier(.empty, issuer: issuer, audience: audience)
        let remote = RemoteKeySet(
            address: jwksAddress, authoritiesFile: authoritiesFile, on: loop, log: log, metrics: metrics,
            now: { now().secondsSince1970 }, adopt: { tokens.replace(keys: $0) })
        remote.look(isKeyUnknown: false)
        source = .address(remote)
        self.tokens = tokens
        outcomes = Self.outcomes(metrics)
        self.now = now
        self.log = log
    }

    /// As the process's settings say (`IdentityKeys`). With an address, the process is not ready before it has keys.
    public convenience init(_ context: ShellContext) throws {
        let settings = context.configuration
        let (issuer, audience) = (settings[IdentityKeys.issuer], settings[IdentityKeys.audience])
        switch settings[IdentityKeys.jwks] {
        case .file(let path):
            try self.init(
                jwksPath: path, issuer: issuer, audience: audience, log: context.log, metrics: context.metrics)
        case .address(let address):
            self.init(
                jwksAddress: address, authoritiesFile: settings[IdentityKeys.authoritiesFile], on: context.loop,
                issuer: issuer, audience: audience, log: context.log, metrics: context.metrics)
            context.health.check("identity-keys") { [self] in
                hasKeys ? .ready : .notReady("The identity provider's keys could not be read yet.")
            }
        }
    }

    private static func verifier(_ keys: JWKS, issuer: String, audience: String) -> RememberingVerifier<Principal> {
        RememberingVerifier(
            keys: keys, rules: TokenRules(type: "at+jwt", issuer: issuer, audience: audience),
            generationTokensMax: generationTokensMax, reading: principal)
    }

    private static func outcomes(_ metrics: Metrics) -> MetricFamily<Counter> {
        metrics.counter(
            "filmclub_authentications_total", labels: ["outcome"], help: "Bearer tokens presented, by outcome.")
    }

    /// Whether there are keys to judge by.
    var hasKeys: Bool {
        switch source {
        case .file: true
        case .address(let remote): remote.hasKeys
        }
    }

    /// Ends the reading of keys from an address; for tests, whose loop ends before the process.
    func close() async {
        if case .address(let remote) = source { await remote.close() }
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
            if error.mayBeTheKeys, isUnsettled {
                outcomes.with("keys-being-read").increment()
                throw .keysBeingRead
            }
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
        look(nowSeconds, isKeyUnknown: false)
        let edition = tokens.edition
        do throws(TokenRefusal) {
            return try tokens.value(of: token, nowSeconds: nowSeconds)
        } catch {
            // The key may be newer than ours, under a new name or under its old one.
            guard error.mayBeTheKeys else { throw error }
            look(nowSeconds, isKeyUnknown: true)
            // With the same keys the answer would be the same.
            guard tokens.edition != edition else { throw error }
            return try tokens.value(of: token, nowSeconds: nowSeconds)
        }
    }

    /// Keys of a file are new when this returns; those of an address come later.
    private func look(_ nowSeconds: Int64, isKeyUnknown: Bool) {
        switch source {
        case .address(let remote): remote.look(isKeyUnknown: isKeyUnknown)
        case .file(let file):
            let interval = isKeyUnknown ? KeySetFile.unknownKeyLookInterval : KeySetFile.routineLookInterval
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
    }

    private var isUnsettled: Bool {
        switch source {
        case .file: false
        case .address(let remote): remote.isUnsettled
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
