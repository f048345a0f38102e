public import Reactor

/// What a listener yields.
public enum PostgresNotification: Hashable, Sendable {
    /// LISTEN is in force now: first of all, after each reconnect, and after an overflow. Whatever happened before
    /// may have been missed: read the tables.
    case listening
    case message(channel: String, payload: String)
}

/// LISTEN on a connection of its own, which is made again whenever it breaks.
///
/// Notifications are hints and may be lost while the connection is away; `.listening` says when to look again.
public actor PostgresListener {
    private let configuration: PostgresConfiguration
    private let channels: [String]
    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// One stream, for one reader; it ends with `close`.
    public nonisolated let notifications: AsyncStream<PostgresNotification>
    private let continuation: AsyncStream<PostgresNotification>.Continuation
    private let events: (@Sendable (PostgresEvent) -> Void)?

    private var connection: Connection?
    private var retryTimer: LoopTimer?
    private var failures = 0
    private var isStarted = false
    private var isClosed = false
    private var hasOverflowed = false

    /// A reader that is further behind is told to read again instead.
    public static let pendingMax = 1_000

    /// `configuration` gives the connection string and the pauses; the pool's limits mean nothing here.
    public init(
        _ configuration: PostgresConfiguration, channels: [String], on loop: EventLoop,
        events: (@Sendable (PostgresEvent) -> Void)? = nil
    ) {
        self.configuration = configuration
        self.channels = channels
        self.loop = loop
        self.events = events
        (notifications, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.pendingMax))
    }

    /// Begins to connect; what comes of it is told by the stream and the events.
    public func start() {
        guard !isStarted, !isClosed else { return }
        isStarted = true
        connect()
    }

    public func close() {
        isClosed = true
        retryTimer?.cancel()
        connection?.end(PostgresError(.closed, "the listener is closed"))
        continuation.finish()
    }

    private func connect() {
        let connection = Connection(configuration, on: loop, events: events) { signal in
            switch signal {
            case .ready: self.listen()
            case .idle: break
            case .notification(let channel, let payload): self.receive(.message(channel: channel, payload: payload))
            case .ended(let error): self.ended(error)
            }
        }
        self.connection = connection
        connection.connect()
    }

    private func listen() {
        guard let connection else { return }
        Task { [channels] in
            let outcome: Result<[Rows], PostgresError> = await withCheckedContinuation { continuation in
                var batch = Batch(channels.map { "LISTEN \(identifier: $0)" }, commit: .never)
                batch.completion = .caller(continuation)
                connection.submit(batch)
            }
            switch outcome {
            case .success:
                failures = 0
                receive(.listening)
            case .failure(let error): connection.end(error)
            }
        }
    }

    private func ended(_ error: PostgresError) {
        let wasReady = connection?.wasReady == true
        connection = nil
        guard !isClosed else { return }
        let doubled = configuration.backOffMin * (1 << min(failures, 16))
        failures += 1
        let pause = min(doubled, configuration.backOffMax) * Double.random(in: 0.5...1)
        events?(wasReady ? .connectionLost(error) : .connectFailed(error, retryAfter: pause))
        retryTimer = loop.schedule(after: pause) { self.connect() }
    }

    func receive(_ notification: PostgresNotification) {
        if hasOverflowed, notification != .listening {
            guard case .enqueued = continuation.yield(.listening) else { return }
            hasOverflowed = false
        }
        switch continuation.yield(notification) {
        case .enqueued where notification == .listening: hasOverflowed = false
        case .dropped: hasOverflowed = true
        default: break
        }
    }
}
