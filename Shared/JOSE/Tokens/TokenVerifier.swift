public import JSON

/// What a token must be to be taken.
public struct TokenRules: Sendable, Equatable {
    /// Clocks differ by no more than this.
    public static let leewaySecondsMax: Int64 = 60

    /// What the token is for, for instance `at+jwt` (RFC 9068) or `stream+jwt`.
    public var type: String
    public var issuer: String
    public var audience: String
    public let leewaySeconds: Int64
    public let bytesMax: Int

    public init(type: String, issuer: String, audience: String, leewaySeconds: Int64 = 60, bytesMax: Int = 4096) {
        self.type = type
        self.issuer = issuer
        self.audience = audience
        self.leewaySeconds = min(max(leewaySeconds, 0), Self.leewaySecondsMax)
        self.bytesMax = min(bytesMax, 4096)
    }
}

/// A token whose every check has passed.
public struct VerifiedToken: Sendable {
    public let keyID: String
    public let issuer: String
    /// The verifier's own, which was among the token's.
    public let audience: String
    public let subject: String?
    /// Seconds since 1970.
    public let expiresAt: Int64
    public let issuedAt: Int64?
    /// The seconds at which the token is accepted: from `nbf` and `iat` to `exp`, with the rules' leeway.
    public let validSeconds: Range<Int64>
    /// All claims, as sent.
    public let claims: JSONObject
}

/// Verifies JSON Web Tokens (RFC 7519) as signed by one of the keys, for one purpose.
public struct TokenVerifier: Sendable {
    private static let partDepthMax = 8

    public let keys: JWKS
    public let rules: TokenRules

    public init(keys: JWKS, rules: TokenRules) {
        self.keys = keys
        self.rules = rules
    }

    /// Nothing of the claims is looked at before the signature holds. `now` is seconds since 1970.
    public func verify(_ compact: String, nowSeconds now: Int64) throws(TokenRefusal) -> VerifiedToken {
        let bytes = Array(compact.utf8)
        guard bytes.count <= rules.bytesMax else { throw .tooLong }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("three parts expected") }
        let header = try decoded(parts[0], "header")
        let payload = try decoded(parts[1], "payload")
        let signature = try decoded(parts[2], "signature")
        let key = try key(try object(header, "header"))
        guard signature.count == key.algorithm.signatureBytes else {
            throw .malformed("the signature has not \(key.algorithm.signatureBytes) bytes")
        }
        guard key.isSignature(signature, of: Array(bytes[..<parts[1].endIndex])) else { throw .badSignature }
        return try Claims(try object(payload, "payload")).verified(rules, keyID: key.keyID, now: now)
    }

    private func decoded(_ text: ArraySlice<UInt8>, _ part: String) throws(TokenRefusal) -> [UInt8] {
        guard let bytes = Base64URL.decode(text) else { throw .malformed("the \(part) is not base64url") }
        return bytes
    }

    private func object(_ bytes: [UInt8], _ part: String) throws(TokenRefusal) -> JSONObject {
        let limits = JSONLimits(bytesMax: rules.bytesMax, depthMax: Self.partDepthMax)
        do {
            if let object = try JSON.parse(bytes, limits: limits).objectValue { return object }
        } catch {
            // The kind only: the sentence may name a member of the token.
            throw .malformed("the \(part) is not strict JSON (\(error.kind))")
        }
        throw .malformed("the \(part) is not an object")
    }

    /// RFC 8725: the header chooses among our keys by name, and decides nothing else.
    private func key(_ header: JSONObject) throws(TokenRefusal) -> VerificationKey {
        for name in ["crit", "jku", "jwk", "x5u", "x5c", "b64", "cty", "zip"] where header[name] != nil {
            throw .unexpectedHeader(name)
        }
        guard let name = header["alg"]?.stringValue, let algorithm = Algorithm(rawValue: name) else {
            throw .algorithmNotAllowed
        }
        guard let type = header["typ"]?.stringValue, isOurs(type) else { throw .wrongType }
        guard let keyID = header["kid"]?.stringValue, let key = keys[keyID] else { throw .unknownKey }
        guard key.algorithm == algorithm else { throw .algorithmOfAnotherKey }
        return key
    }

    /// Media types are compared without case, and `application/` may be left out (RFC 7515 §4.1.9).
    private func isOurs(_ type: String) -> Bool {
        func folded(_ text: String) -> [UInt8] {
            text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        }
        let name = folded(type)
        let ours = folded(rules.type)
        return name == ours || name == Array("application/".utf8) + ours
    }
}
