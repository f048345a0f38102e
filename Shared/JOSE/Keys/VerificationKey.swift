public import JSON

/// How a token is signed. Only what stands here is ever taken; `none` is not a name among others but simply unknown.
public enum Algorithm: String, Sendable, CaseIterable {
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    case es256 = "ES256"
    /// Ed25519 (RFC 8037 §3.1); of the curves that this name stands for it is the only one taken.
    case edDSA = "EdDSA"

    /// Both of them: r‖s, and R‖S.
    var signatureBytes: Int { 64 }
}

/// The public half of a signing key, with its name.
public struct VerificationKey: Sendable {
    public let keyID: String
    /// The key's own: a token that names another is refused, whatever its signature.
    public let algorithm: Algorithm
    /// Of the key itself, whatever its name (RFC 7638).
    public let thumbprint: String
    let key: any SignatureKey

    /// A public JWK (RFC 7517 §4). One that has a private part is refused: it was published by mistake.
    public init(publicJWK jwk: JSONObject) throws(JOSEError) {
        guard jwk["d"] == nil else { throw .malformedKey("a private key stands where a public one should") }
        let members = try KeyMembers(jwk)
        guard let keyID = members.keyID else { throw .malformedKey("it has no kid") }
        try self.init(keyID: keyID, key: try members.publicKey())
    }

    /// Without a name of its own the key is called by its thumbprint.
    init(keyID: String?, key: any SignatureKey) throws(JOSEError) {
        thumbprint = try key.thumbprint()
        self.keyID = keyID ?? thumbprint
        self.algorithm = key.algorithm
        self.key = key
    }

    /// Whether the 64 bytes are this key's signature of the message.
    public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        key.isSignature(signature, of: message)
    }

    public func publicJWK() throws(JOSEError) -> JSONObject {
        JSONObject(
            try key.publicMembers() + [
                ("kid", .string(keyID)), ("use", "sig"), ("alg", .string(algorithm.rawValue)),
            ])
    }
}
