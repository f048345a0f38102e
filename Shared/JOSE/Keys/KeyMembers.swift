internal import JSON

/// What a JWK says of a key that we take, checked for form: P-256 (RFC 7518 §6.2) or Ed25519 (RFC 8037 §2).
struct KeyMembers {
    static let keyIDBytesMax = 128
    /// Coordinates, points, private numbers and seeds alike.
    static let numberBytes = 32

    enum Point {
        case p256(x: [UInt8], y: [UInt8])
        case ed25519(x: [UInt8])
    }

    let keyID: String?
    let point: Point

    init(_ jwk: JSONObject) throws(JOSEError) {
        let algorithm = try Self.algorithm(jwk)
        if let name = jwk["alg"], name.stringValue != algorithm.rawValue {
            throw .malformedKey("its alg is not \(algorithm.rawValue)")
        }
        if let use = jwk["use"], use.stringValue != "sig" { throw .malformedKey("its use is not sig") }
        switch algorithm {
        case .es256: point = .p256(x: try Self.number(jwk, "x"), y: try Self.number(jwk, "y"))
        case .edDSA: point = .ed25519(x: try Self.number(jwk, "x"))
        }
        guard let name = jwk["kid"] else {
            keyID = nil
            return
        }
        guard let name = name.stringValue, (1...Self.keyIDBytesMax).contains(name.utf8.count) else {
            throw .malformedKey("its kid is not a text of 1 to \(Self.keyIDBytesMax) bytes")
        }
        keyID = name
    }

    func publicKey() throws(JOSEError) -> any SignatureKey {
        switch point {
        case .p256(let x, let y): try P256Key(x: x, y: y)
        case .ed25519(let x): try Ed25519Key(x: x)
        }
    }

    func privateKey(_ jwk: JSONObject) throws(JOSEError) -> any SignatureKey {
        let secret = try Self.number(jwk, "d")
        return switch point {
        case .p256(let x, let y): try P256Key(x: x, y: y, secret: secret)
        case .ed25519(let x): try Ed25519Key(x: x, secret: secret)
        }
    }

    /// The one algorithm that a key of this kind signs with.
    private static func algorithm(_ jwk: JSONObject) throws(JOSEError) -> Algorithm {
        switch (jwk["kty"]?.stringValue, jwk["crv"]?.stringValue) {
        case ("EC", "P-256"): return .es256
        case ("OKP", "Ed25519"): return .edDSA
        case ("EC", _): throw .malformedKey("its crv is not P-256")
        case ("OKP", _): throw .malformedKey("its crv is not Ed25519")
        default: throw .malformedKey("its kty is neither EC nor OKP")
        }
    }

    private static func number(_ jwk: JSONObject, _ name: String) throws(JOSEError) -> [UInt8] {
        guard let text = jwk[name]?.stringValue, let bytes = Base64URL.decode(text), bytes.count == numberBytes
        else { throw .malformedKey("its \(name) is not 32 bytes in base64url") }
        return bytes
    }
}
