internal import CCrypto

/// An `EVP_PKEY` in libcrypto's keeping: one half of a key or both.
///
/// `@unchecked Sendable`, because: the `EVP_PKEY` is made, checked and from then on only read. Each signature and each
/// verification has a context of its own that no other thread sees. What libcrypto itself keeps in a key (its
/// reference count, the cache of what providers made of it) is atomic or behind the key's own lock
/// (openssl-threads(7)); and `deinit` runs once, when nobody holds the key any more.
@safe final class KeptKey: @unchecked Sendable {
    let pointer: OpaquePointer
    let isPrivate: Bool

    init(owning pointer: OpaquePointer, isPrivate: Bool) {
        unsafe self.pointer = unsafe pointer
        self.isPrivate = isPrivate
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// A new one from libcrypto's random numbers.
    ///
    /// - Parameter group: of elliptic curves, where the algorithm leaves a choice.
    static func generate(_ algorithm: String, group: String? = nil) throws(JOSEError) -> KeptKey {
        let operation = "generate a key"
        let context = try unsafe Handle(
            EVP_PKEY_CTX_new_from_name(nil, algorithm, nil), to: operation, free: { unsafe EVP_PKEY_CTX_free($0) })
        try Libcrypto.check(unsafe EVP_PKEY_keygen_init(context.pointer), to: operation)
        if let group {
            try Libcrypto.check(unsafe EVP_PKEY_CTX_set_group_name(context.pointer, group), to: operation)
        }
        var made: OpaquePointer?
        try Libcrypto.check(unsafe EVP_PKEY_generate(context.pointer, &made), to: operation)
        guard let made = unsafe made else { throw Libcrypto.failure(operation) }
        return unsafe KeptKey(owning: made, isPrivate: true)
    }

    /// Throws where there is no private half.
    func requirePrivate() throws(JOSEError) {
        guard isPrivate else { throw .malformedKey("it has no private part") }
    }

    /// A signature as libcrypto writes it.
    ///
    /// - Parameter digest: of the message, nil where the algorithm takes the message itself.
    func sign(_ message: [UInt8], digest: OpaquePointer?) throws(JOSEError) -> [UInt8] {
        try requirePrivate()
        let operation = "sign"
        let context = try unsafe Handle(EVP_MD_CTX_new(), to: operation, free: { unsafe EVP_MD_CTX_free($0) })
        try Libcrypto.check(unsafe EVP_DigestSignInit(context.pointer, nil, digest, nil, pointer), to: operation)
        var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(pointer)))
        var length = signature.count
        try Libcrypto.check(
            unsafe EVP_DigestSign(context.pointer, &signature, &length, message, message.count), to: operation)
        return Array(signature.prefix(length))
    }

    /// Whether it is one, in the form that libcrypto takes.
    func isSignature(_ signature: [UInt8], of message: [UInt8], digest: OpaquePointer?) -> Bool {
        guard
            let context = try? unsafe Handle(EVP_MD_CTX_new(), to: "verify", free: { unsafe EVP_MD_CTX_free($0) }),
            unsafe EVP_DigestVerifyInit(context.pointer, nil, digest, nil, pointer) == 1,
            unsafe EVP_DigestVerify(context.pointer, signature, signature.count, message, message.count) == 1
        else {
            // A refused signature leaves its reason in the thread's queue, where the next failure would find it.
            ERR_clear_error()
            return false
        }
        return true
    }
}
