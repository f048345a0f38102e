public import FilmClubModel

/// What the house decides on whether an institution is what it says.
public enum VerificationDecision: String, WireEnumeration {
    case verified
    /// Asked for and not found to be so; it was not verified before.
    case refused
    /// It was verified, and no longer is.
    case revoked
}

/// The decision says nothing new.
public struct AlreadyDecided: Error, Hashable, Sendable, CustomStringConvertible {
    public let isVerified: Bool

    public init(isVerified: Bool) {
        self.isVerified = isVerified
    }

    public var description: String {
        isVerified
            ? "The institution is verified. It can only be revoked."
            : "The institution is not verified, and the last decision on it was this one or there is none to revoke."
    }
}

extension Institution {
    /// The institution after the decision: the same, or its next version.
    /// - Parameter last: the decision before this one; nil where there was none.
    public func decided(
        _ decision: VerificationDecision, last: VerificationDecision?
    ) throws(AlreadyDecided) -> Institution {
        let isNews =
            switch decision {
            case .verified: !verified
            case .refused: !verified && last != .refused
            case .revoked: verified
            }
        guard isNews else { throw AlreadyDecided(isVerified: verified) }
        guard decision != .refused else { return self }
        var next = self
        next.version += 1
        next.verified = decision == .verified
        return next
    }

    /// What has been decided by stating the institution as it is now, where it was stated otherwise before.
    /// - Parameter before: nil where it is new.
    public func decision(since before: Institution?) -> VerificationDecision? {
        if before?.verified ?? false { return verified ? nil : .revoked }
        return verified ? .verified : nil
    }
}
