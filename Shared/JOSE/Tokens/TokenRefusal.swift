/// Why a token was refused. No case holds anything of the token but the name of a header or claim.
public enum TokenRefusal: Error, Sendable, Equatable {
    /// More bytes than `TokenRules.bytesMax`.
    case tooLong
    /// Not three parts of strict base64url with strict JSON objects in the first two; says what is wrong.
    case malformed(String)
    /// A header that must not be there: whoever sends it wants to choose the key or the rules.
    case unexpectedHeader(String)
    /// `alg` is missing or not of our list.
    case algorithmNotAllowed
    /// `alg` is of our list and not the named key's.
    case algorithmOfAnotherKey
    /// `typ` is missing or names another purpose.
    case wrongType
    /// `kid` is missing or names no key of the set.
    case unknownKey
    case badSignature
    case missingClaim(String)
    /// A claim of the wrong type or out of range.
    case malformedClaim(String)
    case expired
    /// `nbf` or `iat` lies in the future.
    case notYetValid
    case wrongIssuer
    case wrongAudience
}

extension TokenRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong: "the token is too long"
        case .malformed(let reason): "the token is malformed: \(reason)"
        case .unexpectedHeader(let name): "the token's header has \(name), which is never taken"
        case .algorithmNotAllowed: "the token's algorithm is not allowed"
        case .algorithmOfAnotherKey: "the token's algorithm is not that of its key"
        case .wrongType: "the token is for another purpose"
        case .unknownKey: "the token names no known key"
        case .badSignature: "the token's signature is wrong"
        case .missingClaim(let name): "the token lacks the claim \(name)"
        case .malformedClaim(let name): "the token's claim \(name) is malformed"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not yet valid"
        case .wrongIssuer: "the token is from another issuer"
        case .wrongAudience: "the token is for another audience"
        }
    }
}
