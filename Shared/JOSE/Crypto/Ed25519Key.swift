internal import CCrypto
internal import JSON

/// A key on edwards25519 (RFC 8032), public or whole, in libcrypto's keeping.
///
/// libcrypto refuses signatures whose S is not below the group's order and whose R is not written canonically; what it
/// takes without a look is the public key. So the point is checked here: canonical, on the curve, and not of small
/// order, for under such a key one signature fits every message.
struct Ed25519Key: SignatureKey {
    static let algorithm = Algorithm.edDSA
    static let keyBytes = 32
    static let signatureBytes = 64

    let kept: KeptKey

    private init(_ kept: KeptKey) { self.kept = kept }

    /// A new key from libcrypto's random numbers.
    static func generate() throws(JOSEError) -> Ed25519Key {
        Ed25519Key(try KeptKey.generate("ED25519"))
    }

    /// The key of a public point (`x`), refused if no honest key can have it.
    init(x: [UInt8]) throws(JOSEError) {
        guard x.count == Self.keyBytes else { throw .malformedKey("a point of Ed25519 has 32 bytes") }
        guard Ed25519Point.isCanonical(x), unsafe ccrypto_ed25519_is_point(x) == 1 else {
            throw .malformedKey("its point is not on the curve Ed25519")
        }
        guard !Ed25519Point.hasSmallOrder(x) else { throw .malformedKey("its point is of small order") }
        guard let made = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, x, x.count) else {
            throw Libcrypto.failure("take a key")
        }
        self.init(unsafe KeptKey(owning: made, isPrivate: false))
    }

    /// The key of a seed (`d`), refused if the public point is not its own.
    init(x: [UInt8], secret: [UInt8]) throws(JOSEError) {
        guard secret.count == Self.keyBytes else { throw .malformedKey("a private part of Ed25519 has 32 bytes") }
        guard let made = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, secret, secret.count) else {
            throw Libcrypto.failure("take a key")
        }
        self.init(unsafe KeptKey(owning: made, isPrivate: true))
        guard try point() == x else { throw .malformedKey("its private part does not belong to its public part") }
    }

    /// The public point, 32 bytes.
    private func point() throws(JOSEError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.keyBytes)
        var length = bytes.count
        try Libcrypto.check(unsafe EVP_PKEY_get_raw_public_key(kept.pointer, &bytes, &length), to: "read a key's point")
        return Array(bytes.prefix(length))
    }

    func publicMembers() throws(JOSEError) -> [(String, JSONValue)] {
        [("crv", "Ed25519"), ("kty", "OKP"), ("x", .string(Base64URL.encode(try point())))]
    }

    func secret() throws(JOSEError) -> [UInt8] {
        try kept.requirePrivate()
        var bytes = [UInt8](repeating: 0, count: Self.keyBytes)
        var length = bytes.count
        try Libcrypto.check(
            unsafe EVP_PKEY_get_raw_private_key(kept.pointer, &bytes, &length), to: "read a key's private part")
        return Array(bytes.prefix(length))
    }

    /// EdDSA (RFC 8037 §3.1): the message itself, no digest before it.
    func sign(_ message: [UInt8]) throws(JOSEError) -> [UInt8] { try unsafe kept.sign(message, digest: nil) }

    func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        unsafe signature.count == Self.signatureBytes && kept.isSignature(signature, of: message, digest: nil)
    }
}

/// Points of edwards25519 as they are written: y in 255 bits, little-endian, and the sign of x (RFC 8032 §5.1.2).
enum Ed25519Point {
    /// p = 2²⁵⁵ − 19, little-endian.
    private static let prime: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]

    private static func y(_ point: [UInt8]) -> [UInt8] { point.dropLast() + [(point.last ?? 0) & 0x7F] }

    /// Whether y is below p.
    static func isCanonical(_ point: [UInt8]) -> Bool {
        y(point).reversed().lexicographicallyPrecedes(prime.reversed())
    }

    /// Whether eight times the point is nothing: these five values of y, and no other, belong to the eight points whose
    /// order divides eight.
    static func hasSmallOrder(_ point: [UInt8]) -> Bool { smallOrder.contains(y(point)) }

    private static let smallOrder: [[UInt8]] = [
        [0] + [UInt8](repeating: 0, count: 31),
        [1] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF,
            0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A, 0x20,
            0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
}
