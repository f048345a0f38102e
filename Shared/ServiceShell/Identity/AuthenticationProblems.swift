public import HTTPServer
internal import JOSE

/// Answers to callers without the right token: RFC 6750 section 3 in `WWW-Authenticate`, a problem in the body.
extension Problem {
    static let bearerRealm = "filmclub"

    /// - Parameter error: the code of RFC 6750 section 3.1; nil where no token was presented.
    static func unauthenticated(
        _ detail: String, error: String?, type: ProblemType = .unauthenticated
    ) -> Problem {
        var challenge = "Bearer realm=\"\(bearerRealm)\""
        if let error { challenge += ", error=\"\(error)\", error_description=\"\(quotable(detail))\"" }
        return Problem(type, detail: detail, headers: ["WWW-Authenticate": challenge])
    }

    static func refused(_ refusal: TokenRefusal) -> Problem {
        let sentence = refusal.description
        let detail = sentence.prefix(1).uppercased() + sentence.dropFirst() + "."
        guard refusal == .expired else { return .unauthenticated(detail, error: "invalid_token") }
        return .unauthenticated(detail, error: "invalid_token", type: .tokenExpired)
    }

    public static func missingRole(oneOf roles: [Role]) -> Problem {
        .forbidden("This needs the role \(roles.map(\.rawValue).joined(separator: " or ")).")
    }

    /// The token's key is not known, and in a moment it may be: neither yes nor no.
    static let keysBeingRead = Problem(
        .identityKeysBeingRead,
        detail: "The keys that tokens are verified with are being read. Try again.", headers: ["Retry-After": "1"])

    public static let noInstitution = Problem.forbidden("This needs a token that names an institution.")

    private static func forbidden(_ detail: String) -> Problem {
        Problem(
            .forbidden, detail: detail,
            headers: ["WWW-Authenticate": "Bearer realm=\"\(bearerRealm)\", error=\"insufficient_scope\""])
    }

    /// The characters that RFC 6750 section 3 allows in a description.
    private static func quotable(_ text: String) -> String {
        String(
            text.unicodeScalars.map { $0.isASCII && $0.value >= 0x20 && $0 != "\"" && $0 != "\\" ? Character($0) : "'" }
        )
    }
}

extension TokenRefusal {
    /// Whether other keys might change the answer.
    var mayBeTheKeys: Bool {
        switch self {
        case .unknownKey, .badSignature, .algorithmOfAnotherKey: true
        default: false
        }
    }

    /// The refusal in one word, for a metric's label.
    var outcome: String {
        switch self {
        case .expired: "expired"
        case .notYetValid: "not-yet-valid"
        case .unknownKey: "unknown-key"
        case .badSignature: "bad-signature"
        case .wrongType: "wrong-type"
        case .wrongIssuer: "wrong-issuer"
        case .wrongAudience: "wrong-audience"
        case .algorithmNotAllowed, .algorithmOfAnotherKey: "algorithm-not-allowed"
        case .tooLong, .malformed, .unexpectedHeader, .missingClaim, .malformedClaim: "malformed"
        }
    }
}
