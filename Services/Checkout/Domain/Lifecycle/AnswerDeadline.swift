/// How long another service's answer is waited for before it is asked again: 5 s, doubled each time up to 60 s.
///
/// After `attemptsMax` the order is parked, so that a person sees it; asking goes on at the slowest pace, because an
/// outage may last longer than anybody's patience and the order must still end by itself when it is over.
public struct AnswerDeadline: Hashable, Sendable {
    public static let waitMin: Duration = .seconds(5)
    public static let waitMax: Duration = .seconds(60)
    /// Deadlines that pass before a person is called: about seven minutes.
    public static let attemptsMax = 10

    /// Deadlines that have passed unanswered, from 0 on.
    public let attempts: Int

    public init(attempts: Int) {
        self.attempts = max(0, attempts)
    }

    public static let first = AnswerDeadline(attempts: 0)

    /// From when the answer was asked for to when it is overdue.
    public var wait: Duration {
        // 5 s · 2⁴ is beyond the maximum already; a larger shift would only overflow one day.
        let doubled = Self.waitMin * (1 << min(attempts, 4))
        return min(doubled, Self.waitMax)
    }

    /// Whether a person is called once this one has passed.
    public var isLast: Bool { attempts + 1 >= Self.attemptsMax }

    public var next: AnswerDeadline { AnswerDeadline(attempts: attempts < Int(Int32.max) ? attempts + 1 : attempts) }
}
