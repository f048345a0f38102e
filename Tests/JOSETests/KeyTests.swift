import JOSE
import JSON
import Testing

/// RFC 7515, appendix A.3.
private enum RFC7515 {
    static let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    static let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    static let d = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    static let signed =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    static let publicJWK: JSONObject = ["kty": "EC", "crv": "P-256", "x": .string(x), "y": .string(y), "kid": "a3"]
    static var privateJWK: JSONObject {
        var jwk = publicJWK
        jwk["d"] = .string(d)
        return jwk
    }
}

private func jwks(_ keys: JSONValue...) -> [UInt8] { JSON.encode(["keys": .array(keys)]) }

/// The private half with one member changed.
private func privateKey(_ name: String, _ value: JSONValue?) throws(JOSEError) -> SigningKey {
    var jwk = RFC7515.privateJWK
    jwk[name] = value
    return try SigningKey(privateJWK: jwk)
}

private func publicKey(_ name: String, _ value: JSONValue?) -> JSONValue {
    var jwk = RFC7515.publicJWK
    jwk[name] = value
    return .object(jwk)
}

@Suite("Keys")
struct KeyTests {
    @Test("RFC 7515 A.3: the signature holds, and no other message's")
    func rfc7515() throws {
        let key = try VerificationKey(publicJWK: RFC7515.publicJWK)
        let signature = try #require(Base64URL.decode(RFC7515.signature))
        #expect(key.isSignature(signature, of: Array(RFC7515.signed.utf8)))
        #expect(!key.isSignature(signature, of: Array((RFC7515.signed + "A").utf8)))
        let signer = try SigningKey(privateJWK: RFC7515.privateJWK)
        let own = try signer.signature(of: Array(RFC7515.signed.utf8))
        #expect(own.count == 64)
        #expect(key.isSignature(own, of: Array(RFC7515.signed.utf8)))
    }

    @Test("RFC 7515 A.3's token is refused by every verifier of ours: it names no key and no purpose")
    func rfc7515Token() throws {
        let verifier = TokenVerifier(
            keys: try JWKS(jwks(.object(RFC7515.publicJWK))),
            rules: TokenRules(type: "at+jwt", issuer: "joe", audience: "filmclub"))
        #expect(throws: TokenRefusal.wrongType) {
            try verifier.verify("\(RFC7515.signed).\(RFC7515.signature)", nowSeconds: 1_300_819_000)
        }
    }

    @Test("A key without name is called by its RFC 7638 thumbprint")
    func thumbprint() throws {
        #expect(try privateKey("kid", nil).keyID == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
        #expect(try SigningKey.generateES256().keyID.utf8.count == 43)
    }

    @Test("A generated key survives its file, and so does what it signed")
    func privateRoundTrip() throws {
        for _ in 0..<20 {
            let key = try SigningKey.generateES256(keyID: "k")
            let again = try SigningKey(privateJWK: try key.privateJWK())
            #expect(try again.publicJWK() == key.publicJWK())
            #expect(again.verificationKey.isSignature(try key.signature(of: [1, 2, 3]), of: [1, 2, 3]))
            let published = try JWKS(try JWKS([key.verificationKey]).json())
            #expect(published["k"]?.isSignature(try again.signature(of: []), of: []) == true)
            #expect(try key.publicJWK()["d"] == nil)
        }
    }

    @Test("Keys are found by their name only, byte for byte; there is no default")
    func names() throws {
        let set = try JWKS(jwks(publicKey("kid", "caf\u{E9}")))
        #expect(set["caf\u{E9}"] != nil)
        #expect(set["cafe\u{301}"] == nil)
        #expect(set[""] == nil)
    }

    @Test("Keys of other kinds and purposes are passed over, each with its reason")
    func otherKeys() throws {
        let set = try JWKS(
            jwks(
                ["kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "rsa"], ["kty": "oct", "k": "AAAA", "kid": "secret"],
                ["kty": "OKP", "crv": "Ed448", "x": "AA", "kid": "ed"],
                ["kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "kid": "p384"], publicKey("use", "enc"),
                publicKey("alg", "ECDH-ES"), publicKey("key_ops", ["deriveKey"]), publicKey("kid", "ours")))
        #expect(set.keyIDs == ["ours"])
        #expect(set.passedOver.count == 7)
        #expect(set.passedOver.first == "keys[0]: another kind of key")
    }

    @Test(
        "A set with a key that is not right is refused whole, and says which and why",
        arguments: [
            ("its point is not on the curve P-256", publicKey("y", .string(RFC7515.x))),
            ("its point is not on the curve P-256", point(nought, nought)),
            ("its point is not on the curve P-256", publicKey("x", text([UInt8](repeating: 255, count: 32)))),
            ("its x is not 32 bytes in base64url", publicKey("x", text([UInt8](repeating: 1, count: 31)))),
            ("its x is not 32 bytes in base64url", publicKey("x", text([UInt8](repeating: 0, count: 33)))),
            ("its x is not 32 bytes in base64url", publicKey("x", .string(RFC7515.x + "="))),
            ("its y is not 32 bytes in base64url", publicKey("y", nil)),
            ("its crv is not P-256", publicKey("crv", nil)),
            ("its kty is neither EC nor OKP", publicKey("kty", nil)),
            ("it has no kid", publicKey("kid", nil)),
            ("its kid is not a text of 1 to 128 bytes", publicKey("kid", 1)),
            ("its kid is not a text of 1 to 128 bytes", publicKey("kid", "")),
            ("its kid is not a text of 1 to 128 bytes", publicKey("kid", text([UInt8](repeating: 0, count: 99)))),
            ("its use is not sig", publicKey("use", 1)),
            ("its alg is not ES256", publicKey("alg", .null)),
            ("a private key stands where a public one should", .object(RFC7515.privateJWK)),
        ] as [(String, JSONValue)])
    func badSet(reason: String, key: JSONValue) throws {
        let right = publicKey("kid", "right")
        #expect(throws: Never.self) { try JWKS(jwks(right)) }
        #expect(throws: JOSEError.malformedKey("keys[1]: \(reason)")) { try JWKS(jwks(right, key)) }
    }

    @Test("Two keys of one name are refused: nobody could say which is meant")
    func nameTaken() {
        #expect(throws: JOSEError.malformedKey("two keys have the same kid")) {
            try JWKS(jwks(.object(RFC7515.publicJWK), .object(RFC7515.publicJWK)))
        }
        #expect(throws: JOSEError.malformedKey("keys[0] is not an object")) { try JWKS(jwks("key")) }
    }

    private static func text(_ bytes: [UInt8]) -> JSONValue { .string(Base64URL.encode(bytes)) }

    private static func point(_ x: String, _ y: String) -> JSONValue {
        ["kty": "EC", "crv": "P-256", "x": .string(x), "y": .string(y), "kid": "k"]
    }

    private static let nought = Base64URL.encode([UInt8](repeating: 0, count: 32))

    @Test(
        "What is no set of keys is refused",
        arguments: [
            "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[],"keys":[]}"#, "{\"keys\":[]}x",
            #"{"keys":[{"kty":"RSA","kid":"only"}]}"#,
        ])
    func noSet(text: String) {
        #expect(throws: JOSEError.self) { try JWKS(Array(text.utf8)) }
    }

    @Test(
        "A private key that does not belong to its public half is refused",
        arguments: [
            Base64URL.encode([UInt8](repeating: 1, count: 32)), nought,
            Base64URL.encode([UInt8](repeating: 255, count: 32)),
            Base64URL.encode([1]), "", "no base64url!",
        ])
    func wrongPrivatePart(text: String) {
        #expect(throws: JOSEError.self) { try privateKey("d", .string(text)) }
    }
}

@Suite("Digests and base64url")
struct DigestTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    @Test("SHA-256 and HMAC give the standards' values")
    func vectors() {
        // FIPS 180-4's examples, and RFC 4231's test case 2.
        #expect(hex(Hashing.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hex(Hashing.sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(
            hex(Hashing.hmacSHA256(key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(Hashing.hmacSHA256(key: [], message: []).count == 32)
    }

    @Test("Only equal secrets are equal")
    func comparison() {
        #expect(Hashing.constantTimeEquals([], []))
        #expect(Hashing.constantTimeEquals([1, 2, 3], [1, 2, 3]))
        #expect(!Hashing.constantTimeEquals([1, 2, 3], [1, 2, 4]))
        #expect(!Hashing.constantTimeEquals([1, 2, 3], [1, 2]))
    }

    @Test("Random bytes are as many as asked for, and never the same")
    func randomness() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(16).count == 16)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
    }

    @Test("Every length comes back from base64url; RFC 7515 appendix C's example is right")
    func base64URL() {
        #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
        for length in 0..<70 {
            let bytes = SecureRandom.bytes(length)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test(
        "Bytes have one text only: padding, white space, other letters and stray bits are refused",
        arguments: ["A", "AB", "AAB", "AA==", "AAA=", "A A", "AA\n", "A+AA", "A/AA", "AAAAA", "é", "AA\u{0}A"])
    func strictBase64URL(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
