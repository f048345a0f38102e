/// While a holder may hand records to the broker: as long as nobody else can have its lease, by its own clock.
///
/// The database reckons a lease from when it carries the statement out, which is later than the statement was sent; so
/// counted from before the sending, and cut by a margin, the window is over before another process can take the lease,
/// as long as two clocks do not drift apart by a tenth. `ContinuousClock` (on Linux `CLOCK_BOOTTIME`) goes on while the
/// process or the machine stands still: who was stopped for longer finds the window over.
struct LeaseWindow: Sendable {
    /// The part of a lease that is kept as margin.
    static let marginPart = 10

    let end: ContinuousClock.Instant

    /// - Parameter begin: before the statement that took or renewed the lease was sent.
    init(from begin: ContinuousClock.Instant, leaseSeconds: Int32) {
        let lease = Duration.seconds(Int64(leaseSeconds))
        end = begin + lease - lease / Self.marginPart
    }

    func isOpen(at instant: ContinuousClock.Instant) -> Bool { instant < end }
}
