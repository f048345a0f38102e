internal import JSON

/// The key that signs now, and those that signed before it: what they signed stays good until it ends by itself.
public struct SigningKeys: Sendable {
    public let current: SigningKey
    /// All of them, the current one first.
    public let verification: JWKS

    public init(_ current: SigningKey, earlier: [VerificationKey] = []) throws(JOSEError) {
        self.current = current
        verification = try JWKS([current.verificationKey] + earlier)
    }

    /// A private JWK; or a set of them (RFC 7517 §5), of which the first signs, and from whose others the private part may
    /// be left out.
    public init(_ bytes: [UInt8]) throws(JOSEError) {
        let tree: JSONValue
        do {
            tree = try JSON.parse(bytes, limits: JWKS.limits)
        } catch {
            throw .malformedKey("\(error)")
        }
        guard let members = tree["keys"] else {
            try self.init(SigningKey(privateJWK: bytes))
            return
        }
        guard let all = members.arrayValue, let first = all.first, all.count <= JWKS.keysMax else {
            throw .malformedKey("`keys` is not an array of 1 to \(JWKS.keysMax) keys")
        }
        var earlier: [VerificationKey] = []
        for (index, member) in all.enumerated().dropFirst() {
            let jwk = try Self.object(member, index)
            earlier.append(
                jwk["d"] == nil
                    ? try VerificationKey(publicJWK: jwk) : try SigningKey(privateJWK: jwk).verificationKey)
        }
        try self.init(SigningKey(privateJWK: Self.object(first, 0)), earlier: earlier)
    }

    private static func object(_ member: JSONValue, _ index: Int) throws(JOSEError) -> JSONObject {
        guard let jwk = member.objectValue else { throw .malformedKey("keys[\(index)] is not an object") }
        return jwk
    }
}
