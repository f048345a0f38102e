internal import FilmClubModel
internal import JOSE
internal import JSON
internal import ServiceShell

/// Signs a bearer token with the development key.
struct Token: Subcommand {
    static let name = "token"
    static let summary = "Sign a bearer token for an institution and roles, with the development key."
    static let usage =
        "token --roles selector,purchaser,organiser,viewer,operator [--institution UUID] [--subject NAME] [--minutes N]"

    private let request: TokenRequest

    init(_ options: Options) throws(UsageError) {
        var roles: Set<Role> = []
        let names = try options.required("--roles", usage: Self.usage)
        // A token without a role opens nothing: whoever asks for one has lost a variable's value.
        for name in names.split(separator: ",", omittingEmptySubsequences: false) {
            guard let role = Role(rawValue: String(name)) else {
                throw UsageError(
                    "\"\(name)\" is no role; the roles are \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            roles.insert(role)
        }
        var institution: InstitutionID?
        if let text = options["--institution"] {
            do {
                institution = try InstitutionID(text)
            } catch {
                throw UsageError("--institution: \(error)")
            }
        }
        let minutes = options["--minutes"] ?? "60"
        guard let count = Int64(minutes), (1...Self.minutesMax).contains(count) else {
            throw UsageError("--minutes is a number from 1 to \(Self.minutesMax).")
        }
        request = TokenRequest(
            subject: options["--subject"] ?? "developer", institution: institution, roles: roles, minutes: count)
    }

    /// A day: a development token is for an afternoon.
    private static let minutesMax: Int64 = 1_440

    func run(_ context: CommandContext) async throws { print(try context.token(request)) }
}

/// Whom a token is for.
struct TokenRequest: Sendable {
    var subject = "developer"
    var institution: InstitutionID?
    var roles: Set<Role>
    var minutes: Int64 = 60
}

extension CommandContext {
    /// A JWT access token (RFC 9068) as the services ask for it.
    func token(_ request: TokenRequest) throws -> String {
        guard let jwk = settings[OperatorKeys.identityKey] else {
            throw UsageError("IDENTITY_KEY_FILE must name the development key; filmclub key makes one.")
        }
        let now = Instant.now()
        var claims: [(String, JSONValue)] = [
            ("iss", .string(settings[OperatorKeys.identityIssuer])),
            ("aud", .string(settings[OperatorKeys.identityAudience])),
            ("sub", .string(request.subject)),
            ("iat", .integer(now.secondsSince1970)),
            ("exp", .integer(now.secondsSince1970 + 60 * request.minutes)),
            ("jti", .string(EventID.generate(now: now).text)),
            ("roles", .array(request.roles.map(\.rawValue).sorted().map { .string($0) })),
        ]
        if let institution = request.institution { claims.append(("institution", .string(institution.text))) }
        return try SigningKey(privateJWK: Array(jwk.utf8)).sign(JSONObject(claims), type: "at+jwt")
    }
}
