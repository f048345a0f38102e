public import FilmClubModel

/// What a stream token says: which session, of which entitlement, may fetch what below which folder, until when.
///
/// A JWT claims set (RFC 7519) of a JWS with `typ: "stream+jwt"`. Times are whole seconds, the end rounded down, so that
/// no token outlives its window.
public struct StreamTokenClaims: Sendable, Hashable {
    public static let tokenType = "stream+jwt"
    public static let issuer = "urn:filmclub:streaming-entitlement"
    public static let audience = "urn:filmclub:play"

    public let sessionId: SessionID
    public let entitlementId: EntitlementID
    public let filmId: FilmID
    /// The folder whose paths it opens.
    public let asset: AssetPath
    public let issuedAt: Instant
    public let expiresAt: Instant

    public init(
        sessionId: SessionID, entitlementId: EntitlementID, filmId: FilmID, asset: AssetPath, issuedAt: Instant,
        expiresAt: Instant
    ) {
        self.sessionId = sessionId
        self.entitlementId = entitlementId
        self.filmId = filmId
        self.asset = asset
        self.issuedAt = Instant(wholeSeconds: issuedAt.secondsSince1970)
        self.expiresAt = Instant(wholeSeconds: expiresAt.secondsSince1970)
    }

    /// Judged without the leeway that a verifier grants to foreign clocks: both clocks are ours.
    public func isLive(at now: Instant) -> Bool { now < expiresAt }
}

extension StreamTokenClaims: Codable {
    enum CodingKeys: String, CodingKey {
        case iss, aud
        case sessionId = "sub"
        case entitlementId = "ent"
        case filmId = "film"
        case asset = "path"
        case issuedAt = "iat"
        case expiresAt = "exp"
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(Self.issuer, forKey: .iss)
        try fields.encode(Self.audience, forKey: .aud)
        try fields.encode(sessionId, forKey: .sessionId)
        try fields.encode(entitlementId, forKey: .entitlementId)
        try fields.encode(filmId, forKey: .filmId)
        try fields.encode(asset.description, forKey: .asset)
        try fields.encode(issuedAt.secondsSince1970, forKey: .issuedAt)
        try fields.encode(expiresAt.secondsSince1970, forKey: .expiresAt)
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let asset = AssetPath(try fields.decode(String.self, forKey: .asset)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .asset, in: fields, debugDescription: "The path of a stream token is canonical.")
        }
        self.init(
            sessionId: try fields.decode(SessionID.self, forKey: .sessionId),
            entitlementId: try fields.decode(EntitlementID.self, forKey: .entitlementId),
            filmId: try fields.decode(FilmID.self, forKey: .filmId),
            asset: asset,
            issuedAt: Instant(wholeSeconds: try fields.decode(Int64.self, forKey: .issuedAt)),
            expiresAt: Instant(wholeSeconds: try fields.decode(Int64.self, forKey: .expiresAt)))
    }
}

extension Instant {
    /// Clamped: a number from outside must not end the process.
    init(wholeSeconds seconds: Int64) {
        let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(clamping: overflow ? (seconds < 0 ? .min : .max) : microseconds)
    }
}
