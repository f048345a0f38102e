import JOSE
import JSON
import Reactor
import Testing

@Suite("Remembered tokens")
struct RememberingVerifierTests {
    private let one: SigningKey
    private let two: SigningKey
    private let verified = Lock(0)
    private let verifier: RememberingVerifier<String>

    init() throws {
        one = try SigningKey.generateES256(keyID: "one")
        two = try SigningKey.generateES256(keyID: "two")
        let verified = verified
        verifier = RememberingVerifier(
            keys: try JWKS([one.verificationKey, two.verificationKey]),
            rules: TokenRules(type: "at+jwt", issuer: "i", audience: "a", leewaySeconds: 5), generationTokensMax: 10
        ) { token throws(TokenRefusal) in
            verified.withLock { $0 += 1 }
            guard let subject = token.subject else { throw .missingClaim("sub") }
            return subject
        }
    }

    private func token(
        _ subject: String, by key: SigningKey? = nil, notBefore: Int64 = 100, end: Int64 = 200
    ) throws -> String {
        try (key ?? one).sign(
            [
                "iss": "i", "aud": "a", "sub": .string(subject), "nbf": .integer(notBefore), "exp": .integer(end),
            ], type: "at+jwt")
    }

    private func refusal(_ token: String, at second: Int64) -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try verifier.value(of: token, nowSeconds: second)
            return nil
        } catch { return error }
    }

    private var count: Int { verified.withLock { $0 } }

    @Test("A token is verified once while it is good")
    func once() throws {
        let token = try token("s")
        for second: Int64 in [95, 100, 150, 199, 200, 204] {
            #expect(try verifier.value(of: token, nowSeconds: second) == "s")
        }
        #expect(count == 1)
    }

    @Test("What is remembered never outlives the token's own times, leeway included, whichever way the clock goes")
    func times() throws {
        let token = try token("s")
        #expect(try verifier.value(of: token, nowSeconds: 150) == "s")
        #expect(refusal(token, at: 205) == .expired)
        #expect(try verifier.value(of: token, nowSeconds: 150) == "s")
        #expect(refusal(token, at: 94) == .notYetValid)
        #expect(refusal(token, at: .max) == .expired)
        #expect(refusal(token, at: .min) == .notYetValid)
        // Forgotten at each refusal: from then on it was verified anew.
        #expect(count == 2)
    }

    @Test("What an elder generation remembers ends in time as well")
    func elder() throws {
        let token = try token("s")
        #expect(try verifier.value(of: token, nowSeconds: 150) == "s")
        for index in 0..<10 { _ = try verifier.value(of: try self.token("t\(index)", end: 900), nowSeconds: 150) }
        #expect(refusal(token, at: 205) == .expired)
    }

    @Test("It holds no more than two generations, and keeps what is used")
    func bound() throws {
        let busy = try token("busy")
        for index in 0..<100 {
            #expect(try verifier.value(of: busy, nowSeconds: 150) == "busy")
            #expect(try verifier.value(of: try token("t\(index)"), nowSeconds: 150) == "t\(index)")
            #expect(verifier.count <= 20)
        }
        #expect(count == 101, "the busy one was verified once")
    }

    @Test("A refused token is not remembered, whatever refused it")
    func refusals() throws {
        let stranger = try SigningKey.generateES256(keyID: "one")
        let forged = try token("s", by: stranger)
        let bare = try one.sign(["iss": "i", "aud": "a", "exp": 200], type: "at+jwt")
        for _ in 0..<3 {
            #expect(refusal(forged, at: 150) == .badSignature)
            #expect(refusal(bare, at: 150) == .missingClaim("sub"))
            #expect(refusal(String(repeating: "x", count: 4097), at: 150) == .tooLong)
        }
        #expect(verifier.count == 0)
    }

    @Test("A key that goes takes along what it signed; what the others signed stays remembered")
    func rotation() throws {
        let (first, second) = (try token("first", by: one), try token("second", by: two))
        for token in [first, second] { _ = try verifier.value(of: token, nowSeconds: 150) }
        let three = try SigningKey.generateES256(keyID: "three")
        verifier.replace(keys: try JWKS([two.verificationKey, three.verificationKey]))
        #expect(verifier.edition == 1)
        #expect(refusal(first, at: 150) == .unknownKey)
        #expect(try verifier.value(of: second, nowSeconds: 150) == "second")
        #expect(count == 2, "the second was not verified again")
        #expect(try verifier.value(of: try token("third", by: three), nowSeconds: 150) == "third")
    }

    @Test("A key replaced under its old name takes along what the old one signed")
    func sameName() throws {
        let token = try token("s")
        _ = try verifier.value(of: token, nowSeconds: 150)
        let other = try SigningKey.generateES256(keyID: "one")
        verifier.replace(keys: try JWKS([other.verificationKey]))
        #expect(verifier.count == 0)
        #expect(refusal(token, at: 150) == .badSignature)
    }

    @Test("A token that was being verified while its key went is not remembered")
    func race() throws {
        let box = Lock<RememberingVerifier<Int>?>(nil)
        let without = try JWKS([two.verificationKey])
        let racing = RememberingVerifier<Int>(
            keys: try JWKS([one.verificationKey]), rules: TokenRules(type: "at+jwt", issuer: "i", audience: "a"),
            generationTokensMax: 10
        ) { _ in
            box.withLock { $0 }?.replace(keys: without)
            return 1
        }
        box.withLock { $0 = racing }
        let token = try token("s")
        #expect(try racing.value(of: token, nowSeconds: 150) == 1)
        #expect(racing.count == 0)
        #expect(throws: TokenRefusal.unknownKey) { try racing.value(of: token, nowSeconds: 150) }
        box.withLock { $0 = nil }
    }
}
