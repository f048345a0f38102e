/// How long to wait before a producer's client is made anew.
///
/// A client that a broker refuses for good (a certificate that may write nothing gets no producer's number) fails as
/// soon as it is connected: made anew at once each time it would keep a core and the broker busy. The first renewal is
/// immediate; each further one, as long as no record was acknowledged in between, waits twice as long as the one before.
struct RenewalPause {
    static let pauseMin: Duration = .milliseconds(250)
    static let pauseMax: Duration = .seconds(30)

    private var next: Duration = .zero

    /// A client has shown that it can write.
    mutating func acknowledged() { next = .zero }

    /// The pause before the renewal that is due now.
    /// - Parameter luck: from 0 to 1; spreads processes that were refused together over half of the pause.
    mutating func take(luck: Double) -> Duration {
        let pause = next
        next = pause == .zero ? Self.pauseMin : min(pause * 2, Self.pauseMax)
        return pause - pause / 2 * luck
    }
}
