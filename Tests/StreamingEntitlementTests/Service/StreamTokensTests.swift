import JOSE
import JSON
import ServiceShell
import StreamingEntitlementDomain
import Testing

@testable import StreamingEntitlementService

@Suite("The signatures of stream tokens")
struct StreamTokensTests {
    @Test("A token's signature is checked once; its end is looked at each time")
    func remembered() async throws {
        let metrics = Metrics()
        let tokens = StreamTokens(
            keys: try SigningKeys(try SigningKey.generateES256(keyID: "k")), meters: StreamingMeters(metrics))
        let claims = StreamTokenClaims(
            sessionId: Sample.id(1), entitlementId: Sample.id(2), filmId: Sample.id(3),
            asset: try #require(AssetPath("a")), issuedAt: Sample.second(0), expiresAt: Sample.second(60))
        let token = try tokens.sign(claims)
        for second: Int64 in [0, 10, 59] {
            #expect(try tokens.claims(of: token, now: Sample.second(second)) == claims)
        }
        #expect(StreamingMeters(metrics).verifications.value == 1)
        for second: Int64 in [60, 61, 119, 121] {
            #expect(throws: TokenRefusal.expired) { try tokens.claims(of: token, now: Sample.second(second)) }
        }
    }

    @Test("With a new key in front of it, what the old key signed plays on; once that has gone it does not")
    func rotatedKey() throws {
        let old = try SigningKey.generateES256(keyID: "old")
        let new = try SigningKey.generate(.edDSA, keyID: "new")
        let claims = StreamTokenClaims(
            sessionId: Sample.id(1), entitlementId: Sample.id(2), filmId: Sample.id(3),
            asset: try #require(AssetPath("a")), issuedAt: Sample.second(0), expiresAt: Sample.second(60))
        func tokens(_ bytes: [UInt8]) throws -> StreamTokens {
            StreamTokens(keys: try SigningKeys(bytes), meters: StreamingMeters(Metrics()))
        }
        let token = try tokens(try old.privateJWK()).sign(claims)
        let both = JSON.encode([
            "keys": .array([try JSON.parse(try new.privateJWK()), try JSON.parse(try old.privateJWK())])
        ])
        #expect(try tokens(both).claims(of: token, now: Sample.second(1)) == claims)
        let fresh = try tokens(both).sign(claims)
        #expect(try tokens(try new.privateJWK()).claims(of: fresh, now: Sample.second(1)) == claims)
        #expect(throws: TokenRefusal.unknownKey) {
            try tokens(try new.privateJWK()).claims(of: token, now: Sample.second(1))
        }
    }

    @Test("What is remembered is bounded, and what is in use stays")
    func bounded() {
        var cache = GenerationCache<Int, Int>(generationMax: 10)
        cache.keep(0, for: 0)
        for number in 1...1_000 {
            cache.keep(number, for: number)
            #expect(cache.value(for: 0) == 0)
            #expect(cache.count <= 20)
        }
        #expect(cache.value(for: 1) == nil)
        #expect(cache.value(for: 1_000) == 1_000)
    }
}
