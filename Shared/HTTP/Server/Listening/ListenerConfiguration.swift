/// Where a listener listens, and how much it lets happen.
public struct ListenerConfiguration: Sendable {
    /// A numeric address: `127.0.0.1`, `0.0.0.0`, `::1`.
    public var host: String
    /// 0 takes any free port; `Listener.start` tells which.
    public var port: UInt16
    public var limits: ListenerLimits
    public var events: ListenerEvents

    public init(
        host: String = "127.0.0.1", port: UInt16 = 0, limits: ListenerLimits = ListenerLimits(),
        events: ListenerEvents = ListenerEvents()
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.events = events
    }
}

/// What may happen at most. Over each of them a client is refused or cut off; nobody else notices.
public struct ListenerLimits: Sendable {
    /// Connections in all; more wait in the kernel's backlog.
    public var connectionsMax = 1_000
    /// Connections of one address; more are closed as they come.
    public var connectionsPerAddressMax = 256
    /// Waiting to be accepted by us.
    public var backlogMax: Int32 = 512
    /// Of a request target; a longer one gets 414.
    public var targetBytesMax = 8 * 1024
    /// Of all header names and values; more get 431.
    public var headerBytesMax = 8 * 1024
    /// Header fields; more get 431.
    public var headersMax = 64
    /// The library's memory for one connection: it holds the head, 56 bytes more a header field, and the answer's head.
    /// The largest head that the limits above allow takes 21 KiB with its answer. The library writes over all of it
    /// after every request, so it is what a kept connection costs from its second request on, and more is slower. A head
    /// that does not fit is refused by the library itself, whose 431 and 414 are not problem details.
    public var connectionMemoryBytesMax = 24 * 1024
    /// Requests whose handler is at work; a further one gets 503 with `Retry-After`.
    public var requestsInFlightMax = 1_024
    /// A refused body of no more than this is read and thrown away, so that the client reads our answer instead of
    /// a reset; a longer one is left unread and the connection closed.
    public var discardedBodyBytesMax = 1024 * 1024
    /// From the connection's start, or the last answer's end, to the next request's line; then the connection closes.
    /// (The library does not tell of a line's first byte: one that drips in has no more time than one that never comes.)
    public var idleDurationMax: Duration = .seconds(60)
    /// From the request's line to the end of its head; then 408 and the close.
    public var headDurationMax: Duration = .seconds(10)
    /// From the head to the end of the body; then 408 and the close.
    public var bodyDurationMax: Duration = .seconds(30)
    /// From the request to the handler's answer; then the client gets 503 and the handler's task is cancelled.
    public var handlerDurationMax: Duration = .seconds(30)
    /// From the answer's first byte to its last; then the connection closes. Not for streams of events.
    public var writeDurationMax: Duration = .seconds(300)
    /// Without a byte in or out while none of the above is over yet (rounded up to seconds).
    public var silenceDurationMax: Duration = .seconds(60)

    /// Streams of events at once; a further one gets 503 with `Retry-After`.
    public var eventStreamsMax = 512
    /// Of a stream's events that its reader has not taken; one more, and it is dropped.
    public var eventBufferBytesMax = 64 * 1024
    /// Of the kernel's buffer for a stream's reader (which the kernel doubles for its own needs).
    public var eventSocketBytesMax = 64 * 1024
    /// How long a stream's buffer may have something in it; then the reader is dropped.
    public var eventStallDurationMax: Duration = .seconds(30)
    /// A quiet stream gets a comment line this often: proxies close what is silent for a minute.
    public var eventHeartbeatEvery: Duration = .seconds(15)

    public init() {}

    /// How finely the durations are watched: a second, or a quarter of the shortest if that is less.
    var tickDuration: Duration {
        let shortest = min(
            idleDurationMax, headDurationMax, bodyDurationMax, handlerDurationMax, writeDurationMax,
            eventStallDurationMax, eventHeartbeatEvery)
        return max(.milliseconds(10), min(.seconds(1), shortest / 4))
    }
}

/// What a listener tells its owner, on the loop's thread: for logs and metrics. Nothing of it reaches the client.
public struct ListenerEvents: Sendable {
    /// A request was answered, or its connection died.
    public var onAccess: (@Sendable (AccessRecord) -> Void)?
    /// A handler threw what is no `Problem`.
    public var onInternalError: (@Sendable (any Error, Request) -> Void)?
    /// A line of the library's log: a client's mistake more often than ours.
    public var onLibraryLog: (@Sendable (String) -> Void)?

    public init(
        onAccess: (@Sendable (AccessRecord) -> Void)? = nil,
        onInternalError: (@Sendable (any Error, Request) -> Void)? = nil,
        onLibraryLog: (@Sendable (String) -> Void)? = nil
    ) {
        self.onAccess = onAccess
        self.onInternalError = onInternalError
        self.onLibraryLog = onLibraryLog
    }
}

/// One request, from its whole head to the last byte of its answer. It never holds the path itself: paths can carry
/// tokens, and `route` is what logs and metrics count by.
public struct AccessRecord: Sendable {
    /// As sent.
    public let method: String
    /// The pattern that matched; nil where none did.
    public let route: String?
    /// Nil where the connection died before an answer was begun.
    public let status: Int?
    /// Of a stream of events only until it begins.
    public let duration: Duration
    /// Of the answer's body, as announced; of a stream of events what went out.
    public let bytes: Int64
    /// Whether the answer went out to its last byte.
    public let isComplete: Bool
    public let remoteAddress: String
}
