import JOSE
import JSON

/// One issuer with its key, one verifier, and a way to make tokens that no honest issuer makes.
struct TokenWorld {
    static let now: Int64 = 1_790_000_000

    let key: SigningKey
    let verifier: TokenVerifier

    init() throws {
        key = try SigningKey.generateES256(keyID: "key-1")
        verifier = TokenVerifier(
            keys: try JWKS([key.verificationKey]),
            rules: TokenRules(type: "at+jwt", issuer: "https://id.example", audience: "filmclub"))
    }

    static let header = #"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}"#
    static let claims =
        #"{"iss":"https://id.example","aud":"filmclub","sub":"p-1","iat":1789999990,"nbf":1789999990,"exp":1790000300}"#

    /// Signs whatever it is given, as this issuer or with another's key.
    func token(header: String = header, claims: String = claims, by signer: SigningKey? = nil) throws -> String {
        let signed = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(claims.utf8)))"
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
