import JOSE
import JSON
import Testing

@Suite("Tokens")
struct TokenTests {
    @Test("A token that was signed is verified, and its claims come out as they went in")
    func roundTrip() throws {
        let world = try TokenWorld()
        let claims: JSONObject = [
            "iss": "https://id.example", "aud": "filmclub", "sub": "p-1", "exp": .integer(TokenWorld.now + 300),
            "institution": "0190f0aa-0000-7000-8000-000000000001", "roles": ["purchaser", "organiser"],
        ]
        let token = try world.verify(try world.key.sign(claims, type: "at+jwt"))
        #expect(token.claims == claims)
        #expect(token.subject == "p-1")
        #expect(token.issuer == "https://id.example")
        #expect(token.keyID == "key-1")
        #expect(token.expiresAt == TokenWorld.now + 300)
        #expect(token.issuedAt == nil)
    }

    @Test(
        "What the standards allow is taken",
        arguments: [
            ("at+jwt", "application/at+jwt"), ("at+jwt", "AT+JWT"), (#""alg""#, #""extra":[1],"alg""#),
            (#""typ":"at+jwt""#, #""typ" : "at\u002Bjwt""#),
        ])
    func headers(old: String, new: String) throws {
        let world = try TokenWorld()
        #expect(world.refusal(try world.token(header: TokenWorld.header.swapping(old, new))) == nil)
    }

    @Test(
        "Claims that the standards allow are taken",
        arguments: [
            (#""filmclub""#, #"["other","filmclub"]"#), ("1790000300", "1790000300.5"), ("1790000300", "1.7900003e9"),
            (#","sub":"p-1""#, ""), (#""iat":1789999990,"#, ""), (#""nbf":1789999990,"#, ""),
        ])
    func claims(old: String, new: String) throws {
        let world = try TokenWorld()
        #expect(TokenWorld.claims.swapping(old, new) != TokenWorld.claims)
        #expect(world.refusal(try world.token(claims: TokenWorld.claims.swapping(old, new))) == nil)
    }

    @Test("Validity ends and begins with 60 seconds of leeway, to the second")
    func leeway() throws {
        let world = try TokenWorld()
        let token = try world.token()
        #expect(world.refusal(token, now: 1_790_000_300 + 59) == nil)
        #expect(world.refusal(token, now: 1_790_000_300 + 60) == .expired)
        #expect(world.refusal(token, now: 1_789_999_990 - 60) == nil)
        #expect(world.refusal(token, now: 1_789_999_990 - 61) == .notYetValid)
        #expect(world.refusal(token, now: .max) == .expired)
        #expect(world.refusal(token, now: .min) == .notYetValid)
    }

    @Test("Nobody can ask for more leeway or longer tokens than the house allows")
    func limits() {
        let rules = TokenRules(type: "at+jwt", issuer: "i", audience: "a", leewaySeconds: 3600, bytesMax: 1 << 20)
        #expect(rules.leewaySeconds == 60)
        #expect(rules.bytesMax == 4096)
    }

    @Test("A verifier of one purpose refuses the token of another, of the same issuer and key")
    func purposes() throws {
        let world = try TokenWorld()
        let token = try world.key.sign(Array(TokenWorld.claims.utf8), type: "stream+jwt")
        #expect(world.refusal(token) == .wrongType)
        let gate = TokenVerifier(
            keys: world.verifier.keys,
            rules: TokenRules(type: "stream+jwt", issuer: "https://id.example", audience: "filmclub"))
        #expect(throws: Never.self) { try gate.verify(token, nowSeconds: TokenWorld.now) }
    }

    @Test("A key can be rotated: both verify while both are in the set, the old one no longer after it left")
    func rotation() throws {
        let world = try TokenWorld()
        let new = try SigningKey.generateES256(keyID: "key-2")
        let oldToken = try world.token()
        let newToken = try new.sign(Array(TokenWorld.claims.utf8), type: "at+jwt")
        let both = TokenVerifier(
            keys: try JWKS([world.key.verificationKey, new.verificationKey]), rules: world.verifier.rules)
        #expect(try both.verify(oldToken, nowSeconds: TokenWorld.now).keyID == "key-1")
        #expect(try both.verify(newToken, nowSeconds: TokenWorld.now).keyID == "key-2")
        let after = TokenVerifier(keys: try JWKS([new.verificationKey]), rules: world.verifier.rules)
        #expect(throws: TokenRefusal.unknownKey) { try after.verify(oldToken, nowSeconds: TokenWorld.now) }
    }

    @Test("One key signs and verifies on many threads at once")
    func threads() async throws {
        let world = try TokenWorld()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { @concurrent in
                    for turn in 0..<20 {
                        let claims = TokenWorld.claims.swapping("p-1", "p-\(number)-\(turn)")
                        let token = try world.verify(try world.token(claims: claims))
                        #expect(token.subject == "p-\(number)-\(turn)")
                        #expect(world.refusal(try world.token() + "A") != nil)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("A refusal says its reason in a sentence and nothing of the token")
    func sentences() {
        #expect("\(TokenRefusal.unexpectedHeader("jku"))" == "the token's header has jku, which is never taken")
        #expect("\(TokenRefusal.expired)" == "the token has expired")
    }
}
