import JOSE
import JSON
import Testing

/// A header or claims that an honest issuer never signs, properly signed with the issuer's own key.
struct Forgery: Sendable, CustomTestStringConvertible {
    let what: String
    var header = TokenWorld.header
    var claims = TokenWorld.claims
    let refusal: TokenRefusal

    var testDescription: String { what }

    static func header(_ what: String, _ old: String, _ new: String, _ refusal: TokenRefusal) -> Forgery {
        Forgery(what: what, header: TokenWorld.header.swapping(old, new), refusal: refusal)
    }

    static func claims(_ what: String, _ old: String, _ new: String, _ refusal: TokenRefusal) -> Forgery {
        Forgery(what: what, claims: TokenWorld.claims.swapping(old, new), refusal: refusal)
    }

    static let headers: [Forgery] = [
        header("algorithm none", "ES256", "none", .algorithmNotAllowed),
        header("algorithm in lower case", "ES256", "es256", .algorithmNotAllowed),
        header("another curve's algorithm", "ES256", "ES384", .algorithmNotAllowed),
        header("an RSA algorithm", "ES256", "RS256", .algorithmNotAllowed),
        header("a symmetric algorithm", "ES256", "HS256", .algorithmNotAllowed),
        header("no algorithm", #""alg":"ES256","#, "", .algorithmNotAllowed),
        header("an algorithm that is no text", #""ES256""#, "256", .algorithmNotAllowed),
        header("no type", #""typ":"at+jwt","#, "", .wrongType),
        header("the type of another purpose", "at+jwt", "stream+jwt", .wrongType),
        header("the type of any token", "at+jwt", "JWT", .wrongType),
        header("a type that begins like ours", "at+jwt", "at+jwt2", .wrongType),
        header("no key id", #","kid":"key-1""#, "", .unknownKey),
        header("an unknown key id", "key-1", "key-2", .unknownKey),
        header("an empty key id", "key-1", "", .unknownKey),
        header("a key id that is a path", "key-1", "../../dev/null", .unknownKey),
        header("a key id that is no text", #""key-1""#, "1", .unknownKey),
        header(
            "two key ids", #""kid":"#, #""kid":"key-1","kid":"#,
            .malformed("the header is not strict JSON (duplicateKey)")),
        header(
            "two key ids, one escaped", #""kid":"#, #""k\u0069d":"key-1","kid":"#,
            .malformed("the header is not strict JSON (duplicateKey)")),
        header("a critical extension", #""alg""#, #""crit":["exp"],"exp":1,"alg""#, .unexpectedHeader("crit")),
        header("a key set address", #""alg""#, #""jku":"https://evil.example/keys","alg""#, .unexpectedHeader("jku")),
        header("a key of its own", #""alg""#, #""jwk":{"kty":"EC"},"alg""#, .unexpectedHeader("jwk")),
        header("a certificate's address", #""alg""#, #""x5u":"https://evil.example","alg""#, .unexpectedHeader("x5u")),
        header("a certificate chain", #""alg""#, #""x5c":["MII"],"alg""#, .unexpectedHeader("x5c")),
        header("an unencoded payload", #""alg""#, #""b64":false,"alg""#, .unexpectedHeader("b64")),
        header("a forbidden header of null", #""alg""#, #""jku":null,"alg""#, .unexpectedHeader("jku")),
        Forgery(
            what: "a header behind the header", header: TokenWorld.header + "{}",
            refusal: .malformed("the header is not strict JSON (syntax)")),
        Forgery(what: "a header that is an array", header: "[]", refusal: .malformed("the header is not an object")),
        Forgery(
            what: "an empty header", header: "", refusal: .malformed("the header is not strict JSON (unexpectedEnd)")),
    ]

    static let claims: [Forgery] = [
        claims("no issuer", #""iss":"https://id.example","#, "", .missingClaim("iss")),
        claims("another issuer", "id.example", "id.evil.example", .wrongIssuer),
        claims("an issuer that begins like ours", "id.example", "id.example/", .wrongIssuer),
        claims(
            "an issuer that is an array", #""https://id.example""#, #"["https://id.example"]"#, .malformedClaim("iss")),
        claims("no audience", #""aud":"filmclub","#, "", .missingClaim("aud")),
        claims("another audience", "filmclub", "other", .wrongAudience),
        claims("other audiences", #""filmclub""#, #"["a","b"]"#, .wrongAudience),
        claims("no one as audience", #""filmclub""#, "[]", .wrongAudience),
        claims("an audience among numbers", #""filmclub""#, #"["filmclub",1]"#, .malformedClaim("aud")),
        claims("an audience that is an object", #""filmclub""#, #"{"filmclub":true}"#, .malformedClaim("aud")),
        claims("no expiry", #","exp":1790000300"#, "", .missingClaim("exp")),
        claims("an expiry of null", "1790000300", "null", .malformedClaim("exp")),
        claims("expired by more than the leeway", "1790000300", "1789999940", .expired),
        claims("an expiry that is text", "1790000300", #""1790000300""#, .malformedClaim("exp")),
        claims("a negative expiry", "1790000300", "-1", .malformedClaim("exp")),
        claims("an expiry whose leeway overflows", "1790000300", "9223372036854775807", .malformedClaim("exp")),
        claims("an expiry beyond every integer", "1790000300", "1e300", .malformedClaim("exp")),
        claims(
            "an expiry beyond every number", "1790000300", "1e400",
            .malformed("the payload is not strict JSON (numberOutOfRange)")),
        claims("not yet valid", #""nbf":1789999990"#, #""nbf":1790000061"#, .notYetValid),
        claims(
            "not valid before an overflow", #""nbf":1789999990"#, #""nbf":-9223372036854775808"#, .malformedClaim("nbf")
        ),
        claims("issued in the future", #""iat":1789999990"#, #""iat":1790000061"#, .notYetValid),
        claims("issued after its end", #""exp":1790000300"#, #""exp":1789999989"#, .malformedClaim("iat")),
        Forgery(
            what: "valid only after its end",
            claims: #"{"iss":"https://id.example","aud":"filmclub","nbf":1789999999,"exp":1789999998}"#,
            refusal: .malformedClaim("nbf")),
        claims("a subject that is no text", #""p-1""#, "1", .malformedClaim("sub")),
        claims("an empty subject", #""p-1""#, #""""#, .malformedClaim("sub")),
        claims(
            "a claim said twice", #""sub""#, #""aud":"filmclub","sub""#,
            .malformed("the payload is not strict JSON (duplicateKey)")),
        claims("U+0000 in a claim", "p-1", #"p\u0000"#, .malformed("the payload is not strict JSON (nulCharacter)")),
        claims("half a character", "p-1", #"p\ud800"#, .malformed("the payload is not strict JSON (loneSurrogate)")),
        Forgery(
            what: "claims that are text", claims: #""claims""#, refusal: .malformed("the payload is not an object")),
        Forgery(
            what: "claims too deep", claims: String(repeating: "[", count: 2000),
            refusal: .malformed("the payload is not strict JSON (tooDeep)")),
        Forgery(
            what: "more than 4 KiB", claims: #"{"x":""# + String(repeating: "x", count: 3072) + #""}"#,
            refusal: .tooLong),
    ]
}

@Suite("Forged tokens")
struct ForgedTokenTests {
    @Test(
        "A forged token is refused for its own reason, though its signature is right",
        arguments: Forgery.headers + Forgery.claims)
    func refused(forgery: Forgery) throws {
        #expect(forgery.header != TokenWorld.header || forgery.claims != TokenWorld.claims)
        let world = try TokenWorld()
        #expect(world.refusal(try world.token()) == nil)
        #expect(world.refusal(try world.token(header: forgery.header, claims: forgery.claims)) == forgery.refusal)
    }

    @Test("A token signed by a stranger under a known key's name is refused")
    func stranger() throws {
        let world = try TokenWorld()
        let stranger = try SigningKey.generateES256(keyID: "key-1")
        #expect(world.refusal(try world.token(by: stranger)) == .badSignature)
    }

    @Test("A token signed with HMAC under the public key is refused")
    func publicKeyAsSecret() throws {
        let world = try TokenWorld()
        let header = TokenWorld.header.swapping("ES256", "HS256")
        let signed = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(TokenWorld.claims.utf8)))"
        let code = Hashing.hmacSHA256(key: try world.verifier.keys.json(), message: Array(signed.utf8))
        #expect(world.refusal("\(signed).\(Base64URL.encode(code))") == .algorithmNotAllowed)
    }

    /// n, the order of P-256's group.
    private static let order: [UInt8] =
        [255, 255, 255, 255, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8) + [
            0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]

    @Test(
        "A signature is exactly r and s of 64 bytes, each between 1 and n - 1",
        arguments: [
            [], [UInt8](repeating: 0, count: 64), [UInt8](repeating: 0, count: 63) + [1], order + order,
            [UInt8](repeating: 255, count: 64), [UInt8](repeating: 1, count: 63), [UInt8](repeating: 1, count: 65),
            [UInt8](repeating: 1, count: 1024),
        ])
    func signatureNumbers(signature: [UInt8]) throws {
        let world = try TokenWorld()
        let parts = try world.token().split(separator: ".")
        #expect(world.refusal("\(parts[0]).\(parts[1]).\(Base64URL.encode(signature))") == .badSignature)
    }

    @Test("A right signature in ASN.1 form, or with a byte more or less, is refused")
    func signatureForm() throws {
        let world = try TokenWorld()
        let parts = try world.token().split(separator: ".")
        let right = try #require(Base64URL.decode(parts[2].utf8))
        #expect(right.count == 64)
        func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let digits = Array(bytes.drop { $0 == 0 })
            let padded = (digits.first ?? 0) >= 0x80 ? [0] + digits : digits
            return [0x02, UInt8(padded.count)] + padded
        }
        let numbers = integer(right[..<32]) + integer(right[32...])
        for wrong in [[0x30, UInt8(numbers.count)] + numbers, right + [0], [0] + right, Array(right.dropLast())] {
            #expect(world.refusal("\(parts[0]).\(parts[1]).\(Base64URL.encode(wrong))") == .badSignature)
        }
    }

    @Test("No single character of a token can be changed, left out or doubled")
    func everyCharacterCounts() throws {
        let world = try TokenWorld()
        let token = Array(try world.token().utf8)
        for place in token.indices {
            for other in "A=+ .\n".utf8 + [token[place] ^ 1, 0xFF] where other != token[place] {
                var changed = token
                changed[place] = other
                #expect(world.refusal(String(decoding: changed, as: UTF8.self)) != nil)
            }
            var shorter = token
            shorter.remove(at: place)
            #expect(world.refusal(String(decoding: shorter, as: UTF8.self)) != nil)
            var longer = token
            longer.insert(token[place], at: place)
            #expect(world.refusal(String(decoding: longer, as: UTF8.self)) != nil)
        }
    }

    @Test(
        "What is not three parts of strict base64url is malformed",
        arguments: [
            "", ".", "..", "...", "a.b.c", "e30.e30", "e30.e30.e30.e30", "e30=.e30.e30", "e30.e30.AB+/", "e30.e30.AB",
            " e30.e30.e30", "e30.e30.e30\n", "\u{0}.\u{0}.\u{0}", "é.é.é",
        ])
    func notAToken(text: String) throws {
        guard case .malformed = try TokenWorld().refusal(text) else {
            Issue.record("taken, or refused for another reason")
            return
        }
    }

    @Test("Random text is refused and never ends the process")
    func random() throws {
        let world = try TokenWorld()
        let seed = UInt64.random(in: 0 ... .max)
        var generator = Sequence64(state: seed)
        let token = Array(try world.token().utf8)
        for _ in 0..<500 {
            var bytes = token
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard bytes != token else { continue }
            #expect(world.refusal(String(decoding: bytes, as: UTF8.self)) != nil, "seed \(seed)")
        }
    }
}

/// SplitMix64: random numbers that a seed gives again.
struct Sequence64: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
