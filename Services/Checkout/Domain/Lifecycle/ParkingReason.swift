/// Why an order waits for a person.
public enum ParkingReason: Hashable, Sendable {
    /// Streaming refused, for the reason it gave.
    case entitlementsRefused(String)
    /// What streaming granted is not what was ordered.
    case entitlementsMismatch
    /// Streaming answered an order that was never confirmed.
    case answerBeforeConfirmation
    /// Nobody has answered for `AnswerDeadline.attemptsMax` deadlines. Asking goes on.
    case noAnswer
}

extension ParkingReason: CustomStringConvertible {
    private static let refusedPrefix = "entitlements-refused:"

    /// The stored and shown form: `no-answer`, `entitlements-refused:film-without-media`.
    public var text: String {
        switch self {
        case .entitlementsRefused(let reason): Self.refusedPrefix + reason
        case .entitlementsMismatch: "entitlements-mismatch"
        case .answerBeforeConfirmation: "answer-before-confirmation"
        case .noAnswer: "no-answer"
        }
    }

    public var description: String { text }

    public init?(_ text: String) {
        switch text {
        case "entitlements-mismatch": self = .entitlementsMismatch
        case "answer-before-confirmation": self = .answerBeforeConfirmation
        case "no-answer": self = .noAnswer
        case _ where text.hasPrefix(Self.refusedPrefix):
            self = .entitlementsRefused(String(text.dropFirst(Self.refusedPrefix.count)))
        default: return nil
        }
    }
}
