import JOSE
import JSON
import Testing

/// RFC 8037, appendix A.
private enum RFC8037 {
    static let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    static let d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    static let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    static let signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    static let publicJWK: JSONObject = ["kty": "OKP", "crv": "Ed25519", "x": .string(x), "kid": "ed"]
}

@Suite("Ed25519 keys")
struct Ed25519Tests {
    private func key(_ name: String, _ value: JSONValue?) -> JSONObject {
        var jwk = RFC8037.publicJWK
        jwk[name] = value
        return jwk
    }

    private static func point(_ low: UInt8, _ middle: UInt8, _ high: UInt8) -> String {
        Base64URL.encode([low] + [UInt8](repeating: middle, count: 30) + [high])
    }

    @Test("RFC 8037 A.3 to A.5: thumbprint and signature come out as the standard has them")
    func rfc8037() throws {
        var jwk = key("kid", nil)
        jwk["d"] = .string(RFC8037.d)
        let signer = try SigningKey(privateJWK: jwk)
        #expect(signer.keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let signature = try signer.signature(of: Array(RFC8037.signed.utf8))
        #expect(Base64URL.encode(signature) == RFC8037.signature)
        let reader = try VerificationKey(publicJWK: RFC8037.publicJWK)
        #expect(reader.algorithm == .edDSA)
        #expect(reader.isSignature(signature, of: Array(RFC8037.signed.utf8)))
        #expect(!reader.isSignature(signature, of: Array((RFC8037.signed + "A").utf8)))
    }

    @Test("A generated key survives its file, and one set holds keys of both algorithms")
    func roundTrip() throws {
        for _ in 0..<20 {
            let key = try SigningKey.generate(.edDSA, keyID: "ed")
            let again = try SigningKey(privateJWK: try key.privateJWK())
            #expect(try again.publicJWK() == key.publicJWK())
            let other = try SigningKey.generate(.es256, keyID: "es")
            let set = try JWKS(try JWKS([key.verificationKey, other.verificationKey]).json())
            #expect(set.keyIDs == ["ed", "es"])
            #expect(set["ed"]?.algorithm == .edDSA && set["es"]?.algorithm == .es256)
            #expect(set["ed"]?.isSignature(try again.signature(of: [1]), of: [1]) == true)
            #expect(set["es"]?.isSignature(try again.signature(of: [1]), of: [1]) == false)
            #expect(try key.publicJWK()["d"] == nil)
        }
    }

    /// Under a key of small order one signature fits every message: the neutral point and S = 0.
    @Test(
        "A key of small order, off the curve or not canonically written is refused",
        arguments: [
            ("its point is of small order", point(0, 0, 0)), ("its point is of small order", point(0, 0, 0x80)),
            ("its point is of small order", point(1, 0, 0)), ("its point is of small order", point(1, 0, 0x80)),
            ("its point is of small order", point(0xEC, 0xFF, 0x7F)),
            ("its point is of small order", "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"),
            ("its point is of small order", "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU"),
            ("its point is of small order", "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"),
            ("its point is of small order", "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o"),
            ("its point is not on the curve Ed25519", point(2, 0, 0)),
            ("its point is not on the curve Ed25519", point(0xED, 0xFF, 0x7F)),
            ("its point is not on the curve Ed25519", point(0xEE, 0xFF, 0xFF)),
            ("its point is not on the curve Ed25519", point(0xFF, 0xFF, 0xFF)),
            ("its x is not 32 bytes in base64url", "AAAA"), ("its x is not 32 bytes in base64url", RFC8037.x + "="),
        ])
    func points(reason: String, x: String) {
        #expect(throws: JOSEError.malformedKey(reason)) { try VerificationKey(publicJWK: key("x", .string(x))) }
    }

    @Test("About every second y is a point: none of ours is refused, and strangers' are told apart")
    func curve() throws {
        var taken = 0
        for number in 3..<203 {
            let x = Self.point(UInt8(number), 0, 0)
            if (try? VerificationKey(publicJWK: key("x", .string(x)))) != nil { taken += 1 }
        }
        #expect((60...140).contains(taken))
    }

    @Test(
        "A key whose members contradict each other refuses its whole set",
        arguments: [
            ("its alg is not EdDSA", "alg", "ES256"), ("its use is not sig", "use", 1),
            ("it has no kid", "kid", nil), ("its crv is not Ed25519", "crv", nil),
            ("its crv is not P-256", "kty", "EC"),
        ] as [(String, String, JSONValue?)])
    func members(reason: String, name: String, value: JSONValue?) {
        #expect(throws: JOSEError.malformedKey(reason)) { try VerificationKey(publicJWK: key(name, value)) }
    }

    @Test("A seed under another key's point is refused")
    func seed() {
        for d in [Base64URL.encode([UInt8](repeating: 1, count: 32)), "AAAA", ""] {
            var jwk = RFC8037.publicJWK
            jwk["d"] = .string(d)
            #expect(throws: JOSEError.self) { try SigningKey(privateJWK: jwk) }
        }
    }
}
