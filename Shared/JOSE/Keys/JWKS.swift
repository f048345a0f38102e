internal import JSON

/// A set of verification keys (RFC 7517 §5), found by name and by nothing else.
public struct JWKS: Sendable {
    public static let bytesMax = 64 * 1024
    static let keysMax = 64
    static let limits = JSONLimits(bytesMax: bytesMax, depthMax: 8)

    public let keys: [VerificationKey]

    /// What the set held besides: keys of other kinds or for other purposes, each with its reason (RFC 7517 §5 asks to
    /// pass over them).
    public let passedOver: [String]

    /// A P-256 or Ed25519 key for signatures that is not right (off the curve, without name, its name taken, with its private
    /// part) refuses the whole set: keys are made with care or not used.
    public init(_ bytes: [UInt8]) throws(JOSEError) {
        let tree: JSONValue
        do {
            tree = try JSON.parse(bytes, limits: Self.limits)
        } catch {
            throw .malformedKey("\(error)")
        }
        guard let members = tree["keys"]?.arrayValue else { throw .malformedKey("the set has no array `keys`") }
        guard members.count <= Self.keysMax else { throw .malformedKey("the set has more than \(Self.keysMax) keys") }
        var keys: [VerificationKey] = []
        var passedOver: [String] = []
        for (index, member) in members.enumerated() {
            guard let jwk = member.objectValue else { throw .malformedKey("keys[\(index)] is not an object") }
            if let reason = Self.otherPurpose(jwk) {
                passedOver.append("keys[\(index)]: \(reason)")
                continue
            }
            do {
                keys.append(try VerificationKey(publicJWK: jwk))
            } catch .malformedKey(let reason) {
                throw .malformedKey("keys[\(index)]: \(reason)")
            }
        }
        try self.init(keys, passedOver: passedOver)
    }

    /// No key at all: whoever has none yet refuses every token.
    public static let empty = JWKS()

    private init() {
        keys = []
        passedOver = []
    }

    public init(_ keys: [VerificationKey]) throws(JOSEError) { try self.init(keys, passedOver: []) }

    private init(_ keys: [VerificationKey], passedOver: [String]) throws(JOSEError) {
        guard !keys.isEmpty else { throw .malformedKey("the set has no key for ES256 or EdDSA") }
        guard Set(keys.map(\.keyID)).count == keys.count else { throw .malformedKey("two keys have the same kid") }
        self.keys = keys
        self.passedOver = passedOver
    }

    /// The key of this name, byte for byte; there is no default key.
    public subscript(keyID: String) -> VerificationKey? {
        keys.first { $0.keyID.utf8.elementsEqual(keyID.utf8) }
    }

    public var keyIDs: [String] { keys.map(\.keyID) }

    /// The set as it is published.
    public func json() throws(JOSEError) -> [UInt8] {
        var published: [JSONValue] = []
        for key in keys { published.append(.object(try key.publicJWK())) }
        return JSON.encode(["keys": .array(published)])
    }

    /// Why a key is none of ours, or nil if it must be right.
    private static func otherPurpose(_ jwk: JSONObject) -> String? {
        guard let kind = jwk["kty"]?.stringValue else { return nil }
        guard let ours = ["EC": "P-256", "OKP": "Ed25519"][kind] else { return "another kind of key" }
        if let curve = jwk["crv"]?.stringValue, curve != ours { return "another curve" }
        if let use = jwk["use"]?.stringValue, use != "sig" { return "not for signatures" }
        if let algorithm = jwk["alg"]?.stringValue, Algorithm(rawValue: algorithm) == nil { return "another algorithm" }
        if let uses = jwk["key_ops"]?.arrayValue, !uses.contains("verify") { return "not to verify with" }
        return nil
    }
}
