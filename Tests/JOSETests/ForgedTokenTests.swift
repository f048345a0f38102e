import JOSE
import TestSupport
import Testing

@Suite("Forged tokens")
struct ForgedTokenTests {
    @Test(
        "A forged token is refused for its own reason, though its signature is right",
        arguments: Algorithm.allCases, Forgery.headers + Forgery.claims)
    func refused(algorithm: Algorithm, forgery: Forgery) throws {
        #expect(forgery.header != TokenWorld.header || forgery.claims != TokenWorld.claims)
        let world = try TokenWorld(algorithm)
        #expect(world.refusal(try world.token()) == nil)
        #expect(world.refusal(try world.token(header: forgery.header, claims: forgery.claims)) == forgery.refusal)
    }

    @Test(
        "A token that no key of ours has signed like this is refused for its own reason",
        arguments: Algorithm.allCases, Mangling.all)
    func mangled(algorithm: Algorithm, mangling: Mangling) throws {
        let world = try TokenWorld(algorithm)
        let right = try world.token()
        let parts = right.split(separator: ".").map(String.init)
        let forged = try mangling.forge(world, parts)
        #expect(forged != right)
        #expect(world.refusal(right) == nil)
        #expect(world.refusal(forged) == mangling.refusal)
    }

    @Test(
        "A signature whose numbers are out of their range is refused",
        arguments: BadSignature.all)
    func numbers(bad: BadSignature) throws {
        let world = try TokenWorld(bad.algorithm)
        let parts = try world.token().split(separator: ".")
        let right = try #require(Base64URL.decode(parts[2].utf8))
        let wrong = bad.change(right)
        #expect(wrong.count == 64 && wrong != right)
        #expect(world.refusal("\(parts[0]).\(parts[1]).\(Base64URL.encode(wrong))") == .badSignature)
    }

    /// RFC 7518 §3.4 asks for no choice between s and n - s, and other issuers sign with both.
    @Test("ES256's second spelling of a signature is the same token, and is taken")
    func highS() throws {
        let world = try TokenWorld(.es256)
        let parts = try world.token().split(separator: ".")
        let right = try #require(Base64URL.decode(parts[2].utf8))
        let twin = right[..<32] + BadSignature.difference(BadSignature.p256Order, right[32...])
        #expect(twin != right[...])
        #expect(world.refusal("\(parts[0]).\(parts[1]).\(Base64URL.encode(Array(twin)))") == nil)
    }

    @Test("There are at least forty forgeries of each algorithm")
    func enough() {
        #expect(Forgery.headers.count + Forgery.claims.count + Mangling.all.count > 120)
        for algorithm in Algorithm.allCases {
            #expect(BadSignature.all.filter { $0.algorithm == algorithm }.count >= 8)
        }
    }

    @Test("No single character of a token can be changed, left out or doubled", arguments: Algorithm.allCases)
    func everyCharacterCounts(algorithm: Algorithm) throws {
        let world = try TokenWorld(algorithm)
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

    @Test("A token cut anywhere is refused", arguments: Algorithm.allCases)
    func cut(algorithm: Algorithm) throws {
        let world = try TokenWorld(algorithm)
        let token = try world.token()
        for length in 0..<token.utf8.count { #expect(world.refusal(String(token.prefix(length))) != nil) }
    }

    @Test("Random text is refused and never ends the process", arguments: Algorithm.allCases)
    func random(algorithm: Algorithm) throws {
        let world = try TokenWorld(algorithm)
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededRandom(seed: seed)
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
