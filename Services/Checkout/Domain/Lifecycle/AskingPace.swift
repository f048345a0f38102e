/// How many overdue answers are asked for at a time.
///
/// Asking helps where a question or its answer was lost. Where the other service is silent altogether it helps nobody:
/// the questions lie in Kafka, which keeps them for ever, and with thousands of open orders they were most of the
/// database's work. So questions use up a trust that any answer renews; without it only a few orders are asked for, the
/// longest overdue first and each in its turn, until one of them is answered. The others stay overdue and visible.
///
/// The arithmetic of "pending work reaches zero within 60 s when faults stop", where nothing but deadlines helps: an
/// order asked for just before is overdue after at most `AnswerDeadline.waitMax` (40 s), meanwhile a few others are
/// asked for every 10 s and the first answer renews the trust; 500 orders a second are then asked for, so that 9,000
/// open ones take 18 s. While there is silence a process asks for 3 orders in 10 s, 26,000 a day, however many are open.
public struct AskingPace: Sendable {
    /// Orders asked for without any answer until silence is assumed; also those of one look.
    public let trustMax: Int
    /// Orders a look in silence.
    public let probeOrders: Int
    /// Between two looks in silence.
    public let probeInterval: Duration

    private var unanswered = 0
    private var lastAskedAt: ContinuousClock.Instant?

    public init(trustMax: Int = 500, probeOrders: Int = 3, probeInterval: Duration = .seconds(10)) {
        self.trustMax = trustMax
        self.probeOrders = probeOrders
        self.probeInterval = probeInterval
    }

    /// Orders that may be asked for now.
    public func allowance(now: ContinuousClock.Instant) -> Int {
        if unanswered < trustMax { return trustMax - unanswered }
        guard let lastAskedAt, now - lastAskedAt < probeInterval else { return probeOrders }
        return 0
    }

    public mutating func asked(for orders: Int, now: ContinuousClock.Instant) {
        guard orders > 0 else { return }
        unanswered = min(trustMax, unanswered + min(orders, trustMax))
        lastAskedAt = now
    }

    /// The other service lives.
    public mutating func answerHeard() { unanswered = 0 }
}
