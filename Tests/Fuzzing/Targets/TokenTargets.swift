import JOSE
import JSON

enum TokenTargets {
    static let all = [text, claims, keySet, base64URL]

    private static let now: Int64 = 1_790_000_000
    private static let header = #"{"alg":"ES256","typ":"at+jwt","kid":"es"}"#
    private static let payload =
        #"{"iss":"https://id.example","aud":["filmclub","x"],"sub":"p","iat":1789999990,"nbf":1789999990,"exp":1790000300}"#

    /// One issuer with a key of each algorithm.
    private struct Issuer {
        let keys: [SigningKey]
        let verifier: TokenVerifier

        init() throws(JOSEError) {
            keys = [try SigningKey.generate(.es256, keyID: "es"), try SigningKey.generate(.edDSA, keyID: "ed")]
            verifier = TokenVerifier(
                keys: try JWKS(keys.map(\.verificationKey)),
                rules: TokenRules(type: "at+jwt", issuer: "https://id.example", audience: "filmclub"))
        }

        func signed(_ header: [UInt8], _ payload: [UInt8], by key: SigningKey) -> String? {
            let text = "\(Base64URL.encode(header)).\(Base64URL.encode(payload))"
            return (try? key.signature(of: Array(text.utf8))).map { "\(text).\(Base64URL.encode($0))" }
        }

        static let only = try? Issuer()
        /// What it has signed: the only texts that may be taken.
        static let tokens: [String] = {
            guard let only else { return [] }
            return only.keys.compactMap { key in
                let header =
                    #"{"alg":"\#(key.verificationKey.algorithm.rawValue)","typ":"at+jwt","kid":"\#(key.keyID)"}"#
                return only.signed(Array(header.utf8), Array(payload.utf8), by: key)
            }
        }()
    }

    /// Texts near a right token: only what was signed is taken. (ES256's second spelling of a signature would be taken,
    /// too; no mutation finds n - s.)
    static let text = FuzzTarget(
        "token-text", share: 60, seeds: Issuer.tokens,
        words: ["eyJhbGciOiJub25lIn0", "AAAA", "..", "=", "+", "-_", Base64URL.encode(Array(header.utf8))],
        make: { random in Issuer.tokens.isEmpty ? [] : Array(random.pick(Issuer.tokens).utf8) }
    ) { bytes throws(FuzzFailure) in
        guard let issuer = Issuer.only else { throw FuzzFailure("there is no issuer") }
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(TokenRefusal) {
            _ = try issuer.verifier.verify(text, nowSeconds: now)
        } catch {
            return "\(error)"
        }
        try promise(Issuer.tokens.contains { $0.utf8.elementsEqual(bytes) }, "a token that nobody signed was taken")
        return "accepted"
    }

    /// Headers and claims under a right signature: `header NUL claims`, by one key or the other.
    static let claims = FuzzTarget(
        "token-claims", share: 12,
        seeds: [
            header + "\u{0}" + payload,
            header + "\u{0}" + #"{"iss":"https://id.example","aud":"filmclub","exp":1790000300}"#,
            #"{"alg":"EdDSA","typ":"application/AT+JWT","kid":"ed"}"# + "\u{0}" + payload,
        ],
        words: [
            "\"alg\":", "\"ES256\"", "\"EdDSA\"", "\"none\"", "\"HS256\"", "\"kid\":", "\"es\"", "\"ed\"", "\"typ\":",
            "\"crit\":[\"exp\"],", "\"jku\":\"x\",", "\"jwk\":{},", "\"iss\":", "\"aud\":", "\"exp\":", "\"nbf\":",
            "\"iat\":", "\"sub\":", "null", "true", "[]", "{}", "1790000300", "1789999939", "253402300799", "0.5",
            "1e300", "\\u0000",
        ],
        make: { random in
            let name = random.pick(["es", "ed"])
            let header = #"{"alg":"\#(name == "es" ? "ES256" : "EdDSA")","typ":"at+jwt","kid":"\#(name)"}"#
            // One key signs inputs of even length, the other those of odd length.
            return Array((header + "\u{0}" + payload + String(repeating: " ", count: random.below(2))).utf8)
        }
    ) { bytes throws(FuzzFailure) in
        guard let issuer = Issuer.only else { throw FuzzFailure("there is no issuer") }
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 2 else { return "no claims" }
        let key = issuer.keys[bytes.count % 2]
        guard let token = issuer.signed(parts[0], parts[1], by: key) else { throw FuzzFailure("it cannot be signed") }
        let verified: VerifiedToken
        do throws(TokenRefusal) {
            verified = try issuer.verifier.verify(token, nowSeconds: now)
        } catch {
            return "\(error)"
        }
        try promise(verified.keyID == key.keyID, "taken as signed by another key")
        try check(header: JSONReference.read(parts[0], depthMax: 8), key)
        try check(claims: JSONReference.read(parts[1], depthMax: 8))
        return "accepted \(key.keyID)"
    }

    /// What a taken header must say, read by the second reader.
    private static func check(header: JSONValue?, _ key: SigningKey) throws(FuzzFailure) {
        try promise(header?["kid"]?.stringValue == key.keyID, "taken with another key's name")
        try promise(
            header?["alg"]?.stringValue == key.verificationKey.algorithm.rawValue, "taken with another algorithm")
        try promise(header?["typ"]?.stringValue?.lowercased().hasSuffix("at+jwt") == true, "taken for another purpose")
        for name in ["crit", "jku", "jwk", "x5u", "x5c"] { try promise(header?[name] == nil, "taken with \(name)") }
    }

    private static func check(claims: JSONValue?) throws(FuzzFailure) {
        guard let claims else { throw FuzzFailure("claims were taken that the second reader refuses") }
        try promise(claims["iss"]?.stringValue == "https://id.example", "taken from another issuer")
        let audiences = claims["aud"]?.arrayValue ?? [claims["aud"] ?? .null]
        try promise(audiences.contains("filmclub"), "taken for another audience")
        func seconds(_ name: String) -> Double? { claims[name]?.doubleValue }
        guard let end = seconds("exp") else { throw FuzzFailure("taken without an end") }
        try promise(end + 60 > Double(now), "taken after its end")
        for name in ["nbf", "iat"] where claims[name] != nil {
            guard let begin = seconds(name) else { throw FuzzFailure("taken with \(name) that is no number") }
            try promise(begin - 60 <= Double(now), "taken before its beginning")
        }
    }

    static let keySet = FuzzTarget(
        "key-set", share: 20, seeds: Issuer.only.map { [keySetText($0)] } ?? [],
        words: [
            "\"kty\":", "\"EC\"", "\"OKP\"", "\"RSA\"", "\"crv\":", "\"P-256\"", "\"Ed25519\"", "\"x\":", "\"y\":",
            "\"d\":", "\"kid\":", "\"use\":", "\"sig\"", "\"enc\"", "\"alg\":", "\"key_ops\":[\"verify\"],", "{},",
            "AAAA",
        ]
    ) { bytes throws(FuzzFailure) in
        let set: JWKS
        do throws(JOSEError) {
            set = try JWKS(bytes)
        } catch {
            return "refused"
        }
        guard let written = try? set.json(), let again = try? JWKS(written) else {
            throw FuzzFailure("a key set that was read cannot be published and read back")
        }
        try promise(
            again.keys.map(\.thumbprint) == set.keys.map(\.thumbprint) && again.keyIDs == set.keyIDs,
            "a key set was read back with other keys")
        try promise(JSONReference.read(written)?["keys"]?.arrayValue?.allSatisfy { $0["d"] == nil } == true, "a secret")
        return "accepted \(set.keyIDs.count)"
    }

    private static func keySetText(_ issuer: Issuer) -> String {
        String(decoding: (try? issuer.verifier.keys.json()) ?? [], as: UTF8.self)
    }

    static let base64URL = FuzzTarget(
        "base64url", share: 80, seeds: ["", "AA", "AAA", "AAAA", "A-z_4ME", "_-8"], words: ["=", "+", "AB", "-", "_"]
    ) { bytes throws(FuzzFailure) in
        let decoded = Base64URL.decode(bytes)
        // A byte sequence has one text: whatever is read must be written again just so.
        if let decoded {
            try promise(
                Base64URL.encode(decoded).utf8.elementsEqual(bytes), "a second text of the same bytes was taken")
        }
        try promise(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "bytes did not come back")
        return decoded == nil ? "refused" : "accepted"
    }
}
