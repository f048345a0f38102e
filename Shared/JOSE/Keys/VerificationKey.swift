public import JSON

/// How a token is signed. Only what stands here is ever taken; `none` is not a name among others but simply unknown.
public enum Algorithm: String, Sendable, CaseIterable {
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    case es256 = "ES256"
}

/// The public half of a signing key, with its name.
public struct VerificationKey: Sendable {
    public let keyID: String
    public let algorithm: Algorithm
    /// Of the key itself, whatever its name (RFC 7638).
    public let thumbprint: String
    let key: P256Key

    /// A public JWK (RFC 7517 §4, RFC 7518 §6.2). One that has a private part is refused: it was published by mistake.
    public init(publicJWK jwk: JSONObject) throws(JOSEError) {
        guard jwk["d"] == nil else { throw .malformedKey("a private key stands where a public one should") }
        let members = try ECMembers(jwk)
        guard let keyID = members.keyID else { throw .malformedKey("it has no kid") }
        try self.init(keyID: keyID, key: try P256Key(x: members.x, y: members.y))
    }

    /// Without a name of its own the key is called by its thumbprint.
    init(keyID: String?, key: P256Key) throws(JOSEError) {
        thumbprint = try key.thumbprint()
        self.keyID = keyID ?? thumbprint
        self.algorithm = .es256
        self.key = key
    }

    /// Whether r‖s (64 bytes) is this key's signature of the message.
    public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        key.isSignature(signature, of: message)
    }

    public func publicJWK() throws(JOSEError) -> JSONObject {
        let (x, y) = try key.coordinates()
        return [
            "kty": "EC", "crv": "P-256", "x": .string(Base64URL.encode(x)), "y": .string(Base64URL.encode(y)),
            "kid": .string(keyID), "use": "sig", "alg": .string(algorithm.rawValue),
        ]
    }
}

/// What a JWK of a P-256 key says, checked for form.
struct ECMembers {
    static let keyIDBytesMax = 128

    let keyID: String?
    let x: [UInt8]
    let y: [UInt8]

    init(_ jwk: JSONObject) throws(JOSEError) {
        guard jwk["kty"]?.stringValue == "EC" else { throw .malformedKey("its kty is not EC") }
        guard jwk["crv"]?.stringValue == "P-256" else { throw .malformedKey("its crv is not P-256") }
        if let algorithm = jwk["alg"], algorithm.stringValue != Algorithm.es256.rawValue {
            throw .malformedKey("its alg is not ES256")
        }
        if let use = jwk["use"], use.stringValue != "sig" { throw .malformedKey("its use is not sig") }
        x = try Self.coordinate(jwk, "x")
        y = try Self.coordinate(jwk, "y")
        guard let name = jwk["kid"] else {
            keyID = nil
            return
        }
        guard let name = name.stringValue, (1...Self.keyIDBytesMax).contains(name.utf8.count) else {
            throw .malformedKey("its kid is not a text of 1 to \(Self.keyIDBytesMax) bytes")
        }
        keyID = name
    }

    static func coordinate(_ jwk: JSONObject, _ name: String) throws(JOSEError) -> [UInt8] {
        guard let text = jwk[name]?.stringValue, let bytes = Base64URL.decode(text),
            bytes.count == P256Key.coordinateBytes
        else { throw .malformedKey("its \(name) is not 32 bytes in base64url") }
        return bytes
    }
}
