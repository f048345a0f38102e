import JOSE
import JSON
import Testing

/// A token that its issuer has not signed as it stands.
struct Mangling: Sendable, CustomTestStringConvertible {
    let what: String
    let refusal: TokenRefusal
    /// From the world and the three parts of a right token.
    let forge: @Sendable (TokenWorld, [String]) throws -> String

    var testDescription: String { what }

    init(
        _ what: String, _ refusal: TokenRefusal, _ forge: @escaping @Sendable (TokenWorld, [String]) throws -> String
    ) {
        self.what = what
        self.refusal = refusal
        self.forge = forge
    }

    static let all = shapes + texts + keys + sizes

    private static let threeParts = TokenRefusal.malformed("three parts expected")
    private static let length = TokenRefusal.malformed("the signature has not 64 bytes")
    private static func notBase64(_ part: String) -> TokenRefusal { .malformed("the \(part) is not base64url") }

    static let shapes: [Mangling] = [
        Mangling("no signature", length) { _, parts in "\(parts[0]).\(parts[1])." },
        Mangling("no signature and no dot before it", threeParts) { _, parts in "\(parts[0]).\(parts[1])" },
        Mangling("algorithm none and no signature", .algorithmNotAllowed) { _, parts in
            "\(Base64URL.encode(Array(#"{"alg":"none","typ":"at+jwt","kid":"key-1"}"#.utf8))).\(parts[1])."
        },
        Mangling("a dot too many behind", threeParts) { _, parts in parts.joined(separator: ".") + "." },
        Mangling("a dot too many before", threeParts) { _, parts in "." + parts.joined(separator: ".") },
        Mangling("a dot too many within", threeParts) { _, parts in parts.joined(separator: "..") },
        Mangling("five parts, as an encrypted token has", threeParts) { _, parts in
            (parts + ["AAAA", "AAAA"]).joined(separator: ".")
        },
        Mangling("the JSON serialization of a signature", threeParts) { _, parts in
            #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(parts[2])"}"#
        },
        Mangling("no header", .malformed("the header is not strict JSON (unexpectedEnd)")) { _, parts in
            ".\(parts[1]).\(parts[2])"
        },
        Mangling("no claims", .badSignature) { _, parts in "\(parts[0])..\(parts[2])" },
        Mangling("the scheme within the token", notBase64("header")) { _, parts in
            "Bearer " + parts.joined(separator: ".")
        },
    ]

    static let texts: [Mangling] = [
        Mangling("a padded header", notBase64("header")) { _, parts in "\(parts[0])=.\(parts[1]).\(parts[2])" },
        Mangling("padded claims", notBase64("payload")) { _, parts in "\(parts[0]).\(parts[1])==.\(parts[2])" },
        Mangling("a padded signature", notBase64("signature")) { _, parts in parts.joined(separator: ".") + "==" },
        Mangling("the alphabet of plain base64", notBase64("signature")) { _, parts in
            "\(parts[0]).\(parts[1]).+/\(parts[2].dropFirst(2))"
        },
        Mangling("stray bits behind the signature", notBase64("signature")) { _, parts in
            // 64 bytes are 86 letters, the last one with four bits that must be 0.
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            let last = parts[2].last.flatMap { letters.firstIndex(of: $0) } ?? 0
            return "\(parts[0]).\(parts[1]).\(parts[2].dropLast())\(letters[last | 1])"
        },
        Mangling("a line break behind", notBase64("signature")) { _, parts in parts.joined(separator: ".") + "\n" },
        Mangling("a line break within", notBase64("payload")) { _, parts in parts.joined(separator: ".\r\n") },
        Mangling("percent-encoded dots", threeParts) { _, parts in parts.joined(separator: "%2E") },
        Mangling("full-width dots", threeParts) { _, parts in parts.joined(separator: "\u{FF0E}") },
        Mangling("U+0000 behind", notBase64("signature")) { _, parts in parts.joined(separator: ".") + "\u{0}" },
        Mangling("a replacement character within", notBase64("header")) { _, parts in
            "\u{FFFD}" + parts.joined(separator: ".")
        },
        Mangling("a letter that only looks equal", notBase64("header")) { _, parts in
            "\u{212A}" + parts.joined(separator: ".")
        },
        Mangling("a header that is not UTF-8", .malformed("the header is not strict JSON (invalidUTF8)")) { world, _ in
            let header = Array(world.header.swapping("key-1", "key-?").utf8).map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }
            return try world.token(headerBytes: header, claimBytes: Array(TokenWorld.claims.utf8))
        },
        Mangling("claims that are not UTF-8", .malformed("the payload is not strict JSON (invalidUTF8)")) { world, _ in
            let claims = Array(TokenWorld.claims.utf8).map { $0 == UInt8(ascii: "p") ? 0xFE : $0 }
            return try world.token(headerBytes: Array(world.header.utf8), claimBytes: claims)
        },
        Mangling("a header in UTF-16", .malformed("the header is not strict JSON (syntax)")) { world, _ in
            let wide = world.header.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
            return try world.token(headerBytes: wide, claimBytes: Array(TokenWorld.claims.utf8))
        },
    ]

    static let keys: [Mangling] = [
        Mangling("signed by a stranger under a known key's name", .badSignature) { world, _ in
            try world.token(by: try SigningKey.generate(world.algorithm, keyID: "key-1"))
        },
        Mangling("signed by the issuer's other key under the first one's name", .badSignature) { world, _ in
            try world.token(by: world.otherKey)
        },
        Mangling("the other algorithm under the key's name", .algorithmOfAnotherKey) { world, _ in
            let header = world.header.swapping(world.algorithm.rawValue, world.algorithm.other.rawValue)
            return try world.token(headerBytes: Array(header.utf8), claimBytes: Array(TokenWorld.claims.utf8))
        },
        Mangling("the key's algorithm under the other key's name", .algorithmOfAnotherKey) { world, _ in
            try world.token(header: world.header.swapping("key-1", "key-2"))
        },
        Mangling("the other key's name and algorithm, signed by the first", .badSignature) { world, _ in
            let header = world.header.swapping(world.algorithm.rawValue, world.algorithm.other.rawValue)
            return try world.token(
                headerBytes: Array(header.swapping("key-1", "key-2").utf8), claimBytes: Array(TokenWorld.claims.utf8))
        },
        Mangling("HMAC with the published set as the secret", .algorithmNotAllowed) { world, _ in
            hmac(world, secret: try world.verifier.keys.json())
        },
        Mangling("HMAC with the public point as the secret", .algorithmNotAllowed) { world, _ in
            let x = try world.key.publicJWK()["x"]?.stringValue ?? ""
            return hmac(world, secret: Base64URL.decode(x) ?? [])
        },
        Mangling("HMAC under the key's own algorithm", .malformed("the signature has not 64 bytes")) { world, parts in
            let code = Hashing.hmacSHA256(
                key: try world.verifier.keys.json(), message: Array("\(parts[0]).\(parts[1])".utf8))
            return "\(parts[0]).\(parts[1]).\(Base64URL.encode(code))"
        },
        Mangling("another token's signature", .badSignature) { world, parts in
            let other = try world.token(claims: TokenWorld.claims.swapping("p-1", "p-2")).split(separator: ".")
            return "\(parts[0]).\(parts[1]).\(other[2])"
        },
        Mangling("another token's claims", .badSignature) { world, parts in
            let claims = TokenWorld.claims.swapping("p-1", "p-2")
            return "\(parts[0]).\(Base64URL.encode(Array(claims.utf8))).\(parts[2])"
        },
        Mangling("the same header with a blank more", .badSignature) { world, parts in
            "\(Base64URL.encode(Array((world.header + " ").utf8))).\(parts[1]).\(parts[2])"
        },
        Mangling("the same claims in another order of bytes", .badSignature) { _, parts in
            let claims = TokenWorld.claims.swapping("{", "{ ")
            return "\(parts[0]).\(Base64URL.encode(Array(claims.utf8))).\(parts[2])"
        },
    ]

    static let sizes: [Mangling] = [
        Mangling("a signature of 63 bytes", length) { _, parts in try signature(parts) { Array($0.dropLast()) } },
        Mangling("a signature of 65 bytes", length) { _, parts in try signature(parts) { $0 + [0] } },
        Mangling("a signature with a nought before", length) { _, parts in try signature(parts) { [0] + $0 } },
        Mangling("a signature of 96 bytes", length) { _, parts in try signature(parts) { $0 + $0[32...] } },
        Mangling("a signature in ASN.1 form", length) { _, parts in try signature(parts, asn1) },
        Mangling("two signatures", length) { _, parts in try signature(parts) { $0 + $0 } },
        Mangling("a token of 4,097 bytes", .tooLong) { _, parts in
            let text = parts.joined(separator: ".")
            return text + String(repeating: "A", count: 4097 - text.utf8.count)
        },
        Mangling("a token of a megabyte", .tooLong) { _, parts in
            parts.joined(separator: ".") + String(repeating: "A", count: 1 << 20)
        },
    ]

    private static func hmac(_ world: TokenWorld, secret: [UInt8]) -> String {
        let header = world.header.swapping(world.algorithm.rawValue, "HS256")
        let signed = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(TokenWorld.claims.utf8)))"
        return "\(signed).\(Base64URL.encode(Hashing.hmacSHA256(key: secret, message: Array(signed.utf8))))"
    }

    private static func signature(_ parts: [String], _ change: ([UInt8]) -> [UInt8]) throws -> String {
        let right = try #require(Base64URL.decode(parts[2].utf8))
        return "\(parts[0]).\(parts[1]).\(Base64URL.encode(change(right)))"
    }

    private static func asn1(_ right: [UInt8]) -> [UInt8] {
        func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let digits = Array(bytes.drop { $0 == 0 })
            let padded = (digits.first ?? 0) >= 0x80 ? [0] + digits : digits
            return [0x02, UInt8(padded.count)] + padded
        }
        let numbers = integer(right[..<32]) + integer(right[32...])
        return [0x30, UInt8(numbers.count)] + numbers
    }
}

/// 64 bytes that are no signature of anything.
struct BadSignature: Sendable, CustomTestStringConvertible {
    let what: String
    let algorithm: Algorithm
    let change: @Sendable ([UInt8]) -> [UInt8]

    var testDescription: String { "\(algorithm.rawValue): \(what)" }

    /// n, the order of P-256's group, big-endian.
    static let p256Order: [UInt8] =
        [255, 255, 255, 255, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8) + [
            0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
    /// L, the order of Ed25519's group, little-endian.
    static let ed25519Order: [UInt8] =
        [
            0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
        ] + [UInt8](repeating: 0, count: 15) + [0x10]
    private static let nought = [UInt8](repeating: 0, count: 32)
    /// 0, +1 on edwards25519: the point that adds nothing.
    private static let neutral: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)

    static let all: [BadSignature] = both(.es256) + both(.edDSA) + es256 + edDSA

    private static func both(_ algorithm: Algorithm) -> [BadSignature] {
        [
            BadSignature(what: "all noughts", algorithm: algorithm) { _ in nought + nought },
            BadSignature(what: "all ones", algorithm: algorithm) { _ in [UInt8](repeating: 255, count: 64) },
            BadSignature(what: "halves swapped", algorithm: algorithm) { Array($0[32...] + $0[..<32]) },
            BadSignature(what: "each half turned round", algorithm: algorithm) {
                Array($0[..<32].reversed() + $0[32...].reversed())
            },
            BadSignature(what: "the first half 0", algorithm: algorithm) { nought + $0[32...] },
            BadSignature(what: "the second half 0", algorithm: algorithm) { $0[..<32] + nought },
            BadSignature(what: "both halves the first", algorithm: algorithm) { Array($0[..<32] + $0[..<32]) },
            BadSignature(what: "the lowest bit", algorithm: algorithm) { $0.dropLast() + [($0.last ?? 0) ^ 1] },
        ]
    }

    private static let es256: [BadSignature] = [
        BadSignature(what: "r and s are n", algorithm: .es256) { _ in p256Order + p256Order },
        BadSignature(what: "r is n", algorithm: .es256) { p256Order + $0[32...] },
        BadSignature(what: "s is n", algorithm: .es256) { $0[..<32] + p256Order },
        BadSignature(what: "r is 0 and s is 1", algorithm: .es256) { _ in nought + nought.dropLast() + [1] },
        BadSignature(what: "r is 1 and s is 0", algorithm: .es256) { _ in nought.dropLast() + [1] + nought },
        BadSignature(what: "r is n - r", algorithm: .es256) { difference(p256Order, $0[..<32]) + $0[32...] },
    ]

    private static let edDSA: [BadSignature] = [
        BadSignature(what: "S is L", algorithm: .edDSA) { $0[..<32] + ed25519Order },
        BadSignature(what: "S is S + L", algorithm: .edDSA) { right in
            right[..<32] + sum(Array(right[32...]), ed25519Order)
        },
        BadSignature(what: "S is S + 2 L", algorithm: .edDSA) { right in
            right[..<32] + sum(sum(Array(right[32...]), ed25519Order), ed25519Order)
        },
        BadSignature(what: "the neutral point and nothing", algorithm: .edDSA) { _ in neutral + nought },
        BadSignature(what: "the neutral point and S", algorithm: .edDSA) { neutral + $0[32...] },
        BadSignature(what: "R with the other sign", algorithm: .edDSA) { right in
            right[..<31] + [right[31] ^ 0x80] + right[32...]
        },
        BadSignature(what: "R above the field's prime", algorithm: .edDSA) { right in
            [0xEE] + [UInt8](repeating: 255, count: 30) + [0x7F] + right[32...]
        },
        BadSignature(what: "three highest bits of S", algorithm: .edDSA) { $0.dropLast() + [($0.last ?? 0) | 0xE0] },
    ]

    /// Big-endian, the first the larger.
    static func difference(_ left: [UInt8], _ right: ArraySlice<UInt8>) -> [UInt8] {
        var borrow = 0
        var digits: [UInt8] = []
        for (left, right) in zip(left.reversed(), right.reversed()) {
            let digit = Int(left) - Int(right) - borrow
            borrow = digit < 0 ? 1 : 0
            digits.append(UInt8(truncatingIfNeeded: digit))
        }
        return digits.reversed()
    }

    /// Little-endian; what does not fit is lost.
    private static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var carry = 0
        return zip(left, right).map { left, right in
            let digit = Int(left) + Int(right) + carry
            carry = digit >> 8
            return UInt8(truncatingIfNeeded: digit)
        }
    }
}
