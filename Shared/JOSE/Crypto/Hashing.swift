internal import CCrypto

/// Digests and their comparison, by libcrypto.
public enum Hashing {
    public static let sha256Bytes = 32

    /// SHA-256 (FIPS 180-4): 32 bytes.
    public static func sha256(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: sha256Bytes)
        let done = unsafe SHA256(message, message.count, &digest) != nil
        precondition(done, "libcrypto has no SHA-256: nothing here can work without it")
        return digest
    }

    /// HMAC with SHA-256 (RFC 2104): 32 bytes.
    public static func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: sha256Bytes)
        var length = UInt32(sha256Bytes)
        let keyLength = Int32(clamping: key.count)
        let done = unsafe HMAC(EVP_sha256(), key, keyLength, message, message.count, &code, &length) != nil
        precondition(done && length == 32, "libcrypto has no HMAC: nothing here can work without it")
        return code
    }

    /// Equality in a time that tells nothing of where two secrets differ. (Their lengths are no secret.)
    public static func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        unsafe left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// Random bytes for secrets.
public enum SecureRandom {
    /// From libcrypto's generator. Better no process than a secret that can be guessed: it traps if the system has no
    /// randomness left to give, which no input can bring about.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition((0...1 << 20).contains(count), "from 0 bytes to 1 MiB at a time")
        var bytes = [UInt8](repeating: 0, count: count)
        let status = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(status == 1, "libcrypto has no random numbers")
        return bytes
    }
}
