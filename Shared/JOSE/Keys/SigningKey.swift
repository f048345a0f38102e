public import JSON

/// A private key that signs tokens.
public struct SigningKey: Sendable {
    /// The public half, to verify with.
    public let verificationKey: VerificationKey

    public var keyID: String { verificationKey.keyID }

    /// A new key. Without a name of its own it is called by its thumbprint (RFC 7638).
    public static func generate(_ algorithm: Algorithm, keyID: String? = nil) throws(JOSEError) -> SigningKey {
        let key: any SignatureKey =
            switch algorithm {
            case .es256: try P256Key.generate()
            case .edDSA: try Ed25519Key.generate()
            }
        return SigningKey(verificationKey: try VerificationKey(keyID: keyID, key: key))
    }

    public static func generateES256(keyID: String? = nil) throws(JOSEError) -> SigningKey {
        try generate(.es256, keyID: keyID)
    }

    private init(verificationKey: VerificationKey) { self.verificationKey = verificationKey }

    /// A private JWK (RFC 7518 §6.2.2, RFC 8037 §2). Its public half must belong to it.
    public init(privateJWK bytes: [UInt8]) throws(JOSEError) {
        let jwk: JSONObject?
        do {
            jwk = try JSON.parse(bytes, limits: JWKS.limits).objectValue
        } catch {
            throw .malformedKey("\(error)")
        }
        guard let jwk else { throw .malformedKey("it is not a JSON object") }
        try self.init(privateJWK: jwk)
    }

    public init(privateJWK jwk: JSONObject) throws(JOSEError) {
        let members = try KeyMembers(jwk)
        verificationKey = try VerificationKey(keyID: members.keyID, key: try members.privateKey(jwk))
    }

    /// The whole key as a JWK: a secret, for a file that only its owner reads.
    public func privateJWK() throws(JOSEError) -> [UInt8] {
        var jwk = try verificationKey.publicJWK()
        jwk["d"] = .string(Base64URL.encode(try verificationKey.key.secret()))
        return JSON.encode(.object(jwk))
    }

    public func publicJWK() throws(JOSEError) -> JSONObject { try verificationKey.publicJWK() }

    /// The signature of the message, 64 bytes.
    public func signature(of message: [UInt8]) throws(JOSEError) -> [UInt8] { try verificationKey.key.sign(message) }

    /// A signed token in compact form (RFC 7515 §7.1). `claims` are the bytes of a JSON object; `type` says what the
    /// token is for, for instance `at+jwt`, and a verifier of another purpose refuses it.
    public func sign(_ claims: [UInt8], type: String) throws(JOSEError) -> String {
        var header = JSONWriter(capacity: 96)
        header.beginObject()
        header.member("alg", verificationKey.algorithm.rawValue)
        header.member("typ", type)
        header.member("kid", keyID)
        header.endObject()
        let signed = "\(Base64URL.encode(header.bytes)).\(Base64URL.encode(claims))"
        return "\(signed).\(Base64URL.encode(try signature(of: Array(signed.utf8))))"
    }

    public func sign(_ claims: JSONObject, type: String) throws(JOSEError) -> String {
        try sign(JSON.encode(.object(claims)), type: type)
    }
}
