internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread around one epoll descriptor: readiness, timers, and the executor of everything that lives on it.
///
/// It owns the order in which things happen on its thread. It refuses to be touched from elsewhere: the
/// calls marked "loop's thread" trap on another thread, and the way in from outside is `execute` or a task.
///
/// An actor whose `unownedExecutor` is a loop keeps its state without a lock, calls C libraries from their own
/// callbacks, and is entered by a neighbour on the same loop without a hop (SE-0392). A root task started with
/// `Task(executorPreference: loop)` runs its non-isolated parts here as well (SE-0417).
///
/// `@unchecked Sendable`: `incoming` is guarded by its lock, `thread` and `stopping` are atomics, and all
/// the rest is touched by the loop's thread only, which `assertOnLoop` checks.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    public let name: String

    private let epoll: Int32
    private let wakeUp: Int32
    private let thread = Atomic<UInt>(0)
    private let stopping = Atomic<Bool>(false)
    private let incoming = Lock(Incoming())

    // The loop's thread only.
    private var local: [Work] = []
    private var timers = TimerQueue()
    private var watches: [UInt64: Watch] = [:]
    private var nextToken: UInt64 = 1

    private struct Incoming {
        var work: [Work] = []
        var wakeUpSent = false
    }

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    /// Opens the epoll descriptor; nothing runs before `run` or `spawn`.
    public init(name: String) throws(ReactorError) {
        self.name = name
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw ReactorError(operation: "epoll_create1", errno: cl_errno()) }
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else {
            let reason = cl_errno()
            close(epoll)
            throw ReactorError(operation: "eventfd", errno: reason)
        }
        guard cl_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, EPOLLIN.rawValue, Self.wakeUpToken) == 0 else {
            let reason = cl_errno()
            close(wakeUp)
            close(epoll)
            throw ReactorError(operation: "epoll_ctl", errno: reason)
        }
    }

    deinit {
        close(wakeUp)
        close(epoll)
    }

    /// A loop that runs on a thread of its own until `stop()`.
    public static func spawn(name: String) throws(ReactorError) -> EventLoop {
        let loop = try EventLoop(name: name)
        try startThread(name: name) { loop.run() }
        return loop
    }

    /// Runs on the calling thread until `stop()`; what is queued after that never runs.
    public func run() {
        let (adopted, _) = thread.compareExchange(
            expected: 0, desired: currentThread(), ordering: .acquiringAndReleasing)
        precondition(adopted, "the event loop \(name) runs already")
        while !stopping.load(ordering: .acquiring) {
            runQueuedWork()
            dispatchReadiness(waitingAtMost: local.isEmpty ? timers.millisecondsToNext(now: monotonicNow()) : 0)
            for timer in timers.takeDue(now: monotonicNow()) { timer.fire() }
        }
    }

    /// Ends `run` after the work in hand. From any thread.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    /// Whether the caller is on the loop's thread.
    public var isCurrent: Bool { thread.load(ordering: .acquiring) == currentThread() }

    /// Runs `body` on the loop's thread, in the order of the calls of one thread. From any thread.
    public func execute(_ body: @escaping @Sendable () -> Void) { add(.closure(body)) }

    // MARK: - Readiness and timers (loop's thread)

    /// Calls `body` with what `descriptor` is ready for, again and again while it is (level-triggered).
    /// The watch is kept until `cancel()`, which must come before the descriptor is closed.
    public func watch(
        _ descriptor: Int32, for interest: Interest, _ body: @escaping (Readiness) -> Void
    ) throws(ReactorError) -> Watch {
        try watch(descriptor, for: interest, closesDescriptor: false, body)
    }

    /// As above; with `closesDescriptor` the descriptor is the watch's own and goes with it.
    func watch(
        _ descriptor: Int32, for interest: Interest, closesDescriptor: Bool, _ body: @escaping (Readiness) -> Void
    ) throws(ReactorError) -> Watch {
        assertOnLoop()
        let watch = Watch(
            loop: self, descriptor: descriptor, closesDescriptor: closesDescriptor, token: nextToken, body: body)
        nextToken += 1
        try watch.change(to: interest)
        watches[watch.token] = watch
        return watch
    }

    /// Calls `body` once, no earlier than after `delay`, unless cancelled.
    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> LoopTimer {
        assertOnLoop()
        return timers.add(deadline: monotonicNow().adding(delay), body)
    }

    func control(_ operation: Int32, _ watch: Watch, _ interest: Interest) throws(ReactorError) {
        assertOnLoop()
        guard cl_epoll_ctl(epoll, operation, watch.descriptor, interest.epollEvents, watch.token) == 0 else {
            throw ReactorError(operation: "epoll_ctl", errno: cl_errno())
        }
    }

    func forget(_ watch: Watch) { watches[watch.token] = nil }

    func assertOnLoop() {
        precondition(isCurrent, "a call to the event loop \(name) came from another thread")
    }

    // MARK: - Executor

    public func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    public func checkIsolated() { assertOnLoop() }

    /// Without this, `Task.immediate` from a C callback on this thread would be queued instead (SE-0471).
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    // MARK: - Turning

    private static let wakeUpToken: UInt64 = 0

    private func add(_ work: Work) {
        if isCurrent {
            local.append(work)
            return
        }
        let wakeUpNeeded = incoming.withLock { incoming in
            incoming.work.append(work)
            defer { incoming.wakeUpSent = true }
            return !incoming.wakeUpSent
        }
        if wakeUpNeeded { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        // Cannot fail but when 2^64-1 wake-ups wait unread, and then the loop is awake anyway.
        _ = unsafe write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    /// One round: what is queued now. What that queues waits for the next round, so that sockets get their turn.
    private func runQueuedWork() {
        let arrived = incoming.withLock { incoming in
            incoming.wakeUpSent = false
            let work = incoming.work
            incoming.work = []
            return work
        }
        let round = local + arrived
        local = []
        for work in round {
            switch work {
            case .job(let job):
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .closure(let body): body()
            }
        }
    }

    private func dispatchReadiness(waitingAtMost milliseconds: Int32) {
        unsafe withUnsafeTemporaryAllocation(of: cl_ready.self, capacity: Int(CL_READY_MAX)) { ready in
            let count = unsafe cl_epoll_wait(epoll, ready.baseAddress, milliseconds)
            guard count >= 0 else {
                precondition(cl_errno() == EINTR, "epoll_wait: errno \(cl_errno())")
                return
            }
            for index in 0..<Int(count) {
                let event = unsafe ready[index]
                if event.token == Self.wakeUpToken {
                    var ignored: UInt64 = 0
                    _ = unsafe read(wakeUp, &ignored, MemoryLayout<UInt64>.size)
                } else if let watch = watches[event.token] {
                    // Looked up again at each event: an earlier body of this round may have cancelled it.
                    watch.body(Readiness(epollEvents: event.events))
                }
            }
        }
    }
}
