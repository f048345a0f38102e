public import HTTPServer

extension Operation.Access {
    /// One of these roles is enough.
    public static func roles(_ roles: Role...) -> Operation.Access { any(of: roles) }

    /// Whoever has any role that this house knows.
    public static let anyRole = any(of: Role.allCases)

    private static func any(of roles: [Role]) -> Operation.Access {
        Operation.Access(
            roles: roles.map(\.rawValue),
            problems: [.unauthenticated, .tokenExpired, .forbidden, .identityKeysBeingRead])
    }
}

/// What is answered to callers without the right token.
extension ProblemType {
    public static let unauthenticated = ProblemType(
        401, "unauthenticated", "Not authenticated", headers: [.challenge])
    public static let tokenExpired = ProblemType(401, "token-expired", "Token expired", headers: [.challenge])
    static let forbidden = ProblemType(403, "forbidden", "Forbidden")
    /// The token's key is not known, and in a moment it may be: neither yes nor no.
    static let identityKeysBeingRead = ProblemType(
        503, "identity-keys-being-read", "Identity keys are being read", headers: [.retryAfter])
}
