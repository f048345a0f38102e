internal import JSON

/// A key of one algorithm, public or whole, in libcrypto's keeping.
protocol SignatureKey: Sendable {
    static var algorithm: Algorithm { get }
    var kept: KeptKey { get }

    /// The members that make the public key, in the order of their names, as RFC 7638 §3.2 wants them.
    func publicMembers() throws(JOSEError) -> [(String, JSONValue)]
    /// The private number or seed, 32 bytes: the member `d`.
    func secret() throws(JOSEError) -> [UInt8]
    /// 64 bytes.
    func sign(_ message: [UInt8]) throws(JOSEError) -> [UInt8]
    /// Whether these are this key's signature of the message. Anything but 64 bytes is not.
    func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool
}

extension SignatureKey {
    var algorithm: Algorithm { Self.algorithm }
    var isPrivate: Bool { kept.isPrivate }

    /// SHA-256 of the public members (RFC 7638 §3).
    func thumbprint() throws(JOSEError) -> String {
        Base64URL.encode(Hashing.sha256(JSON.encode(.object(JSONObject(try publicMembers())))))
    }
}
