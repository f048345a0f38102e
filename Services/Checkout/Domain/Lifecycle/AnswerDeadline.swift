/// How long another service's answer is waited for before it is asked again: 5 s, doubled each time up to 40 s; each
/// wait is cut by up to a quarter at random, so that what failed together does not come back together.
///
/// After `attemptsMax` the order is parked, so that a person sees it; asking goes on at the slowest pace, because an
/// outage may last longer than anybody's patience and the order must still end by itself when it is over.
public struct AnswerDeadline: Hashable, Sendable {
    public static let waitMin: Duration = .seconds(5)
    public static let waitMax: Duration = .seconds(40)
    /// The share of a wait that chance may cut off.
    public static let jitter = 0.25
    /// Deadlines that pass before a person is called: about five minutes.
    public static let attemptsMax = 10
    /// How long an answer may be overdue before a person is called though it could not be asked for as often: see
    /// `AskingPace`.
    public static let overdueMax: Duration = .seconds(300)

    /// Deadlines that have passed unanswered, from 0 on.
    public let attempts: Int

    public init(attempts: Int) {
        self.attempts = max(0, attempts)
    }

    public static let first = AnswerDeadline(attempts: 0)

    /// From when the answer was asked for to when it is overdue.
    public var wait: Duration {
        // 5 s · 2³ is the maximum already; a larger shift would only overflow one day.
        let doubled = Self.waitMin * (1 << min(attempts, 3))
        return min(doubled, Self.waitMax)
    }

    /// Whether a person is called once this one has passed.
    public var isLast: Bool { attempts + 1 >= Self.attemptsMax }

    public var next: AnswerDeadline { AnswerDeadline(attempts: attempts < Int(Int32.max) ? attempts + 1 : attempts) }
}
