/// The relay's bounds.
public struct RelayLimits: Sendable {
    /// Events read, published and acknowledged before the cursor moves.
    public var pageEventsMax: Int32 = 500
    /// How long a holder that has died keeps the others out.
    public var leaseSeconds: Int32 = 5
    /// How often an idle holder renews, and everybody else tries to take over.
    public var leaseRenewal: Duration = .seconds(1)
    /// How long the broker may be silent before the lease is given back: another process may reach it.
    public var sendWaitMax: Duration = .seconds(30)
    /// How long a stop waits for the page in hand; what is lost by it is published again.
    public var stopWaitMax: Duration = .seconds(3)
    /// How long an event can lie unread if every wake-up was lost.
    public var pollInterval: Duration = .milliseconds(50)
    /// Between two notifications from a process that commits to the one that holds the lease.
    public var notifyInterval: Duration = .milliseconds(2)
    /// Requests to publish again that are carried out between two pages.
    public var requestsMax: Int32 = 100
    /// Wait after a failure: doubled each time up to the maximum.
    public var backOffMin: Duration = .milliseconds(100)
    public var backOffMax: Duration = .seconds(2)
    /// How often the broker is asked which cluster it is.
    public var clusterCheckInterval: Duration = .seconds(1)

    public init() {}
}
