import JOSE
import JSON

/// One issuer with its key, one verifier, and a way to make tokens that no honest issuer makes.
struct TokenWorld {
    static let now: Int64 = 1_790_000_000

    let algorithm: Algorithm
    let key: SigningKey
    /// Key 2, of the same issuer and the other algorithm.
    let otherKey: SigningKey
    let verifier: TokenVerifier

    init(_ algorithm: Algorithm = .es256) throws {
        self.algorithm = algorithm
        key = try SigningKey.generate(algorithm, keyID: "key-1")
        otherKey = try SigningKey.generate(algorithm.other, keyID: "key-2")
        verifier = TokenVerifier(
            keys: try JWKS([key.verificationKey, otherKey.verificationKey]),
            rules: TokenRules(type: "at+jwt", issuer: "https://id.example", audience: "filmclub"))
    }

    /// Written for ES256; a world of the other algorithm puts that one's name in.
    static let header = #"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}"#
    static let claims =
        #"{"iss":"https://id.example","aud":"filmclub","sub":"p-1","iat":1789999990,"nbf":1789999990,"exp":1790000300}"#

    /// As this world's honest issuer writes it.
    var header: String { Self.header.swapping("ES256", algorithm.rawValue) }

    /// Signs whatever it is given, as this issuer or with another's key.
    func token(header: String = header, claims: String = claims, by signer: SigningKey? = nil) throws -> String {
        let ours = header.swapping(#""ES256""#, "\"\(algorithm.rawValue)\"")
        return try token(headerBytes: Array(ours.utf8), claimBytes: Array(claims.utf8), by: signer)
    }

    func token(headerBytes: [UInt8], claimBytes: [UInt8], by signer: SigningKey? = nil) throws -> String {
        let signed = "\(Base64URL.encode(headerBytes)).\(Base64URL.encode(claimBytes))"
        let signature = try (signer ?? key).signature(of: Array(signed.utf8))
        return "\(signed).\(Base64URL.encode(signature))"
    }

    func verify(_ token: String, now: Int64 = now) throws(TokenRefusal) -> VerifiedToken {
        try verifier.verify(token, nowSeconds: now)
    }

    /// The reason, or nil if the token was taken.
    func refusal(_ token: String, now: Int64 = now) -> TokenRefusal? {
        do {
            _ = try verify(token, now: now)
            return nil
        } catch {
            return error
        }
    }
}

extension Algorithm {
    var other: Algorithm { self == .es256 ? .edDSA : .es256 }
}

extension String {
    /// The one text with its first occurrence of another replaced; the same text if there is none.
    func swapping(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }

    private func firstRange(of text: String) -> Range<String.Index>? {
        for start in indices {
            let rest = self[start...]
            if rest.hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
        }
        return nil
    }
}
