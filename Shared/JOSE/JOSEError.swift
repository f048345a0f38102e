/// Why a key could not be read or used. (Why a token was refused says `TokenRefusal`.)
public enum JOSEError: Error, Sendable, Equatable {
    /// A JWK or JWKS that is not what RFC 7517 describes or not what is taken here; never a part of a key.
    case malformedKey(String)
    /// libcrypto failed; its own words.
    case libcrypto(operation: String, reason: String)
}

extension JOSEError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedKey(let reason): "the key is refused: \(reason)"
        case .libcrypto(let operation, let reason): "libcrypto cannot \(operation): \(reason)"
        }
    }
}
