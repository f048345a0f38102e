internal import CCrypto
internal import JSON

/// A key on the curve P-256 (FIPS 186-4), public or whole, in libcrypto's keeping.
struct P256Key: SignatureKey {
    static let algorithm = Algorithm.es256
    static let coordinateBytes = 32
    static let signatureBytes = 64

    let kept: KeptKey

    private init(_ kept: KeptKey) { self.kept = kept }

    /// A new key from libcrypto's random numbers.
    static func generate() throws(JOSEError) -> P256Key {
        P256Key(try KeptKey.generate("EC", group: "P-256"))
    }

    /// The key of a point, refused if the point is not on the curve; with `secret`, refused if the two do not belong
    /// together.
    init(x: [UInt8], y: [UInt8], secret: [UInt8]? = nil) throws(JOSEError) {
        let operation = "take a key"
        guard x.count == Self.coordinateBytes, y.count == Self.coordinateBytes,
            secret == nil || secret?.count == Self.coordinateBytes
        else { throw .malformedKey("a coordinate of P-256 has 32 bytes") }
        let made = try unsafe Self.make(point: [0x04] + x + y, secret: secret, operation)
        // Owned from here on, so that a failed check gives it back.
        kept = unsafe KeptKey(owning: made, isPrivate: secret != nil)
        let check = try unsafe Handle(
            EVP_PKEY_CTX_new_from_pkey(nil, made, nil), to: operation, free: { unsafe EVP_PKEY_CTX_free($0) })
        guard unsafe EVP_PKEY_public_check(check.pointer) == 1 else {
            ERR_clear_error()
            throw .malformedKey(Self.offCurve)
        }
        guard unsafe secret == nil || EVP_PKEY_pairwise_check(check.pointer) == 1 else {
            ERR_clear_error()
            throw .malformedKey("its private part does not belong to its public part")
        }
    }

    private static func make(
        point: [UInt8], secret: [UInt8]?, _ operation: String
    ) throws(JOSEError) -> OpaquePointer {
        let made: OpaquePointer?
        if let secret {
            let number = try unsafe Handle(
                BN_bin2bn(secret, Int32(secret.count), nil), to: operation, free: { unsafe BN_clear_free($0) })
            unsafe made = ccrypto_p256_key(point, point.count, number.pointer)
        } else {
            unsafe made = ccrypto_p256_key(point, point.count, nil)
        }
        guard let made = unsafe made else {
            ERR_clear_error()
            throw .malformedKey(
                secret == nil ? offCurve : "its point is not on the curve P-256, or its private part is out of range")
        }
        return unsafe made
    }

    private static let offCurve = "its point is not on the curve P-256"
}

extension P256Key {
    /// The point's coordinates are 32 bytes each, big-endian.
    func publicMembers() throws(JOSEError) -> [(String, JSONValue)] {
        let x = try number(OSSL_PKEY_PARAM_EC_PUB_X, "read a key's coordinates")
        let y = try number(OSSL_PKEY_PARAM_EC_PUB_Y, "read a key's coordinates")
        return [
            ("crv", "P-256"), ("kty", "EC"), ("x", .string(Base64URL.encode(x))), ("y", .string(Base64URL.encode(y))),
        ]
    }

    /// The private number, 32 bytes, big-endian.
    func secret() throws(JOSEError) -> [UInt8] {
        try kept.requirePrivate()
        return try number(OSSL_PKEY_PARAM_PRIV_KEY, "read a key's private part")
    }

    private func number(_ name: String, _ operation: String) throws(JOSEError) -> [UInt8] {
        var number: OpaquePointer?
        try Libcrypto.check(unsafe EVP_PKEY_get_bn_param(kept.pointer, name, &number), to: operation)
        let owned = try unsafe Handle(number, to: operation, free: { unsafe BN_clear_free($0) })
        return try unsafe Self.bytes(owned.pointer, operation)
    }

    private static func bytes(_ number: OpaquePointer?, _ operation: String) throws(JOSEError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: coordinateBytes)
        guard unsafe BN_bn2binpad(number, &bytes, Int32(coordinateBytes)) == Int32(coordinateBytes) else {
            throw Libcrypto.failure(operation)
        }
        return bytes
    }

    /// ES256 (RFC 7518 §3.4): SHA-256 of the message, ECDSA, r‖s of exactly 64 bytes.
    func sign(_ message: [UInt8]) throws(JOSEError) -> [UInt8] {
        let operation = "sign"
        let der = try unsafe kept.sign(message, digest: EVP_sha256())
        let made = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var place = buffer.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &place, buffer.count)
        }
        let signature = try unsafe Handle(made, to: operation, free: { unsafe ECDSA_SIG_free($0) })
        return try unsafe Self.bytes(ECDSA_SIG_get0_r(signature.pointer), operation)
            + Self.bytes(ECDSA_SIG_get0_s(signature.pointer), operation)
    }

    /// Whether r‖s is this key's signature of the message. Anything but 64 bytes is not. Of the two s that fit every
    /// message, s and n - s, both are taken: RFC 7518 asks for no choice between them, and half of what other issuers
    /// sign has the larger one. So whoever has a token can write it in a second way, and nothing here may take a
    /// token's text for its identity.
    func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureBytes, let der = try? Self.der(signature) else { return false }
        return unsafe kept.isSignature(der, of: message, digest: EVP_sha256())
    }

    /// The form that libcrypto takes: an ASN.1 sequence of r and s.
    private static func der(_ signature: [UInt8]) throws(JOSEError) -> [UInt8] {
        let operation = "read a signature"
        let pair = try unsafe Handle(ECDSA_SIG_new(), to: operation, free: { unsafe ECDSA_SIG_free($0) })
        let (r, s) = unsafe signature.withUnsafeBufferPointer { bytes in
            unsafe (
                BN_bin2bn(bytes.baseAddress, Int32(coordinateBytes), nil),
                BN_bin2bn(bytes.baseAddress.map { unsafe $0 + coordinateBytes }, Int32(coordinateBytes), nil)
            )
        }
        guard unsafe ECDSA_SIG_set0(pair.pointer, r, s) == 1 else {
            unsafe BN_free(r)
            unsafe BN_free(s)
            throw Libcrypto.failure(operation)
        }
        var der = [UInt8](repeating: 0, count: 80)
        let length = unsafe der.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard unsafe Int(i2d_ECDSA_SIG(pair.pointer, nil)) <= buffer.count else { return 0 }
            var place = buffer.baseAddress
            return unsafe i2d_ECDSA_SIG(pair.pointer, &place)
        }
        guard length > 0 else { throw Libcrypto.failure(operation) }
        return Array(der.prefix(Int(length)))
    }
}
