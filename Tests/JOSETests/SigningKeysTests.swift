import JOSE
import JSON
import Testing

@Suite("Signing keys that follow each other")
struct SigningKeysTests {
    private func set(_ keys: [UInt8]...) throws -> [UInt8] {
        JSON.encode(["keys": .array(try keys.map { try JSON.parse($0) })])
    }

    @Test("A key alone signs and verifies; in a set the first signs and the others verify")
    func sets() throws {
        let new = try SigningKey.generate(.edDSA, keyID: "new")
        let old = try SigningKey.generate(.es256, keyID: "old")
        let older = try SigningKey.generate(.es256, keyID: "older")
        let alone = try SigningKeys(try new.privateJWK())
        #expect(alone.current.keyID == "new")
        #expect(alone.verification.keyIDs == ["new"])
        let all = try SigningKeys(
            try set(new.privateJWK(), old.privateJWK(), JSON.encode(.object(try older.publicJWK()))))
        #expect(all.current.keyID == "new")
        #expect(all.verification.keyIDs == ["new", "old", "older"])
        #expect(all.verification["older"]?.isSignature(try older.signature(of: [1]), of: [1]) == true)
        #expect(!String(decoding: try all.verification.json(), as: UTF8.self).contains("\"d\""))
    }

    @Test("What is no key to sign with is refused")
    func refused() throws {
        let key = try SigningKey.generateES256(keyID: "k")
        let open = JSON.encode(.object(try key.publicJWK()))
        for bytes in [
            open, try set(open), try set(open, key.privateJWK()), try set(),
            try set(key.privateJWK(), key.privateJWK()),
            try set(key.privateJWK(), Array("1".utf8)), Array("".utf8), Array("[]".utf8), Array(#"{"keys":1}"#.utf8),
        ] {
            #expect(throws: JOSEError.self) { try SigningKeys(bytes) }
        }
    }
}
