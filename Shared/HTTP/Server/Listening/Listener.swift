internal import Glibc
public import Reactor

/// An HTTP/1.1 server on an event loop: libmicrohttpd without a thread of its own, its epoll descriptor inside ours.
///
/// It owns the sockets, the limits and the order of a request's life; what is answered is the router's business.
/// Handlers start within the library's own callback (`Task.immediate`) and are answered at once if they need not
/// wait; only those that wait cost a suspension.
///
/// The process ignores SIGPIPE from the first start on.
public actor Listener {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    nonisolated let configuration: ListenerConfiguration
    let routes: RouteTable
    let tickDuration: Duration

    private var daemon: Daemon?
    private var watch: Watch?
    private var nextRun: LoopTimer?
    private var nextRunAt: ContinuousClock.Instant?
    private var willRunSoon = false
    private var hasStarted = false

    // The rest is shared with Listener+Exchanges and Listener+Deadlines.
    var peers: [ObjectIdentifier: Peer] = [:]
    /// The most there were at a tick since memory was given back.
    var peersMost = 0
    var handlersAtWork = 0
    /// Requests with a whole head and an answer that is not out yet.
    var exchangesOpen = 0
    /// Streams of events under way.
    var streams = 0
    /// Producers of events at work; after their stream's end they have yet to notice it.
    var producers = 0
    var isDraining = false
    /// From here on no handler is begun: one that waited would find the library stopped.
    var isStopping = false
    var ticks = 0
    var ticker: LoopTimer?
    private var drained: CheckedContinuation<Void, Never>?
    private var drainDeadline: LoopTimer?

    public init(_ configuration: ListenerConfiguration = ListenerConfiguration(), router: Router, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        routes = router.compiled()
        tickDuration = configuration.limits.tickDuration
    }

    /// Begins to listen and returns the port. Once only. The listener then lives until `shutdown`.
    public func start() throws(ListenerError) -> UInt16 {
        precondition(!hasStarted, "a listener starts once")
        hasStarted = true
        // Without this a client that goes away while we write would end the process.
        _ = signal(SIGPIPE, SIG_IGN)
        let socket = try ListenSocket.open(
            host: configuration.host, port: configuration.port, backlog: configuration.limits.backlogMax)
        let context = unsafe Unmanaged.passRetained(self)
        do {
            let daemon = try unsafe Daemon(
                listenSocket: socket.descriptor, limits: configuration.limits, context: context.toOpaque())
            self.daemon = daemon
            watch = try loop.watch(daemon.epollDescriptor, for: .read) { _ in self.run() }
        } catch {
            daemon?.stop()
            daemon = nil
            unsafe context.release()
            throw (error as? ListenerError) ?? ListenerError(description: "\(error)")
        }
        run()
        return socket.port
    }

    /// Ends gracefully: no new connection, the requests under way are answered within `limit`, streams of events end
    /// and their producers with them, then every connection is closed. What a handler answers after that goes nowhere;
    /// its task is cancelled. Twice is fine.
    public func shutdown(within limit: Duration) async {
        guard let daemon, !isDraining else { return }
        isDraining = true
        // What the kernel has accepted for us is answered too.
        _ = turn(daemon)
        daemon.quiesce()
        endStreams(.shuttingDown)
        if exchangesOpen > 0 || producers > 0 {
            await withCheckedContinuation { continuation in
                drained = continuation
                drainDeadline = loop.schedule(after: limit) { self.endDrain() }
            }
            drainDeadline?.cancel()
        }
        stop()
    }

    private func endDrain() {
        drained?.resume()
        drained = nil
    }

    func exchangeEnded() {
        exchangesOpen -= 1
        endDrainIfAllIsDone()
    }

    func producerEnded() {
        producers -= 1
        endDrainIfAllIsDone()
    }

    private func endDrainIfAllIsDone() {
        if exchangesOpen == 0, producers == 0 { endDrain() }
    }

    private func stop() {
        guard let daemon else { return }
        // The library panics if a connection is suspended when it stops: each is answered, then run once more.
        isStopping = true
        endStreams(.shuttingDown)
        for peer in peers.values { abandonHandler(of: peer, answer: .shuttingDown) }
        var turns = 0
        while turns < Self.lastTurnsMax, turn(daemon) == .zero { turns += 1 }
        watch?.cancel()
        watch = nil  // it holds us
        nextRun?.cancel()
        ticker?.cancel()
        daemon.stop()
        self.daemon = nil
        unsafe Unmanaged.passUnretained(self).release()
    }

    func giveBackMemory() { daemon?.giveBackMemory() }

    // MARK: - Running the daemon

    /// Rounds in a row that the daemon gets before everyone else on the loop has a turn.
    private static let roundsMax = 8
    /// Turns that what is resumed at the end gets to be written.
    private static let lastTurnsMax = 32

    private func run() {
        guard let daemon, let wait = turn(daemon) else { return }
        runAgain(after: wait)
    }

    /// Lets the daemon do what it can now; tells when it must have its next turn at the latest.
    private func turn(_ daemon: Daemon) -> Duration? {
        for _ in 0..<Self.roundsMax {
            daemon.run()
            // Zero means that something is ready already and epoll will not tell again.
            let wait = daemon.timeToNextRun
            guard wait == .zero else { return wait }
        }
        return .zero
    }

    /// After a connection was resumed, which epoll does not tell: once for all that are resumed in this turn of the
    /// loop.
    func runSoon() {
        guard !willRunSoon else { return }
        willRunSoon = true
        loop.execute {
            self.assumeIsolated { listener in
                listener.willRunSoon = false
                listener.run()
            }
        }
    }

    private func runAgain(after wait: Duration) {
        let due = ContinuousClock.now + wait
        // The daemon's deadlines mostly move away: one that comes too early only asks again.
        if let nextRunAt, nextRunAt <= due { return }
        nextRun?.cancel()
        nextRunAt = due
        nextRun = loop.schedule(after: wait) {
            self.nextRunAt = nil
            self.run()
        }
    }
}
