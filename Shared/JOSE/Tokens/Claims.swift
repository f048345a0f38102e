internal import JSON

/// The registered claims (RFC 7519 §4.1) of a token whose signature holds.
struct Claims {
    /// The year 9999: up to here sums of seconds cannot overflow and dates can be written.
    private static let secondsMax: Int64 = 253_402_300_799

    private let members: JSONObject

    init(_ members: JSONObject) { self.members = members }

    func verified(_ rules: TokenRules, keyID: String, now: Int64) throws(TokenRefusal) -> VerifiedToken {
        let issuer = try issuer(rules)
        try checkAudience(rules)
        // In range, so that no sum with a leeway overflows.
        let now = min(max(now, 0), Self.secondsMax)
        guard let expiresAt = try seconds("exp", .down) else { throw .missingClaim("exp") }
        let validFrom = try seconds("nbf", .up)
        let issuedAt = try seconds("iat", .up)
        let begin = max(validFrom ?? 0, issuedAt ?? 0) - rules.leewaySeconds
        let end = expiresAt + rules.leewaySeconds
        guard now < end else { throw .expired }
        guard now >= begin else { throw .notYetValid }
        // A token that is born after its end was not made by a sound issuer.
        guard issuedAt ?? 0 <= expiresAt else { throw .malformedClaim("iat") }
        guard validFrom ?? 0 <= expiresAt else { throw .malformedClaim("nbf") }
        return VerifiedToken(
            keyID: keyID, issuer: issuer, audience: rules.audience, subject: try text("sub"), expiresAt: expiresAt,
            issuedAt: issuedAt, validSeconds: begin..<end, claims: members)
    }

    private func issuer(_ rules: TokenRules) throws(TokenRefusal) -> String {
        guard let issuer = try text("iss") else { throw .missingClaim("iss") }
        guard issuer.utf8.elementsEqual(rules.issuer.utf8) else { throw .wrongIssuer }
        return issuer
    }

    /// One text, or an array of texts.
    private func checkAudience(_ rules: TokenRules) throws(TokenRefusal) {
        let audiences: [JSONValue]
        switch members["aud"] {
        case nil: throw .missingClaim("aud")
        case .string(let one)?: audiences = [.string(one)]
        case .array(let many)?: audiences = many
        default: throw .malformedClaim("aud")
        }
        guard audiences.allSatisfy({ $0.stringValue != nil }) else { throw .malformedClaim("aud") }
        guard audiences.contains(.string(rules.audience)) else { throw .wrongAudience }
    }

    private func text(_ name: String) throws(TokenRefusal) -> String? {
        guard let member = members[name] else { return nil }
        guard let text = member.stringValue, !text.isEmpty else { throw .malformedClaim(name) }
        return text
    }

    private enum Rounding { case down, up }

    /// A NumericDate may have a fraction (RFC 7519 §2): it is rounded towards the shorter validity.
    private func seconds(_ name: String, _ rounding: Rounding) throws(TokenRefusal) -> Int64? {
        switch members[name] {
        case nil:
            return nil
        case .integer(let value)? where (0...Self.secondsMax).contains(value):
            return value
        case .double(let value)? where (0...Double(Self.secondsMax)).contains(value):
            let whole = Int64(value)
            return rounding == .up && Double(whole) < value ? whole + 1 : whole
        default:
            throw .malformedClaim(name)
        }
    }
}
