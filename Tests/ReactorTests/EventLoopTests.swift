import Glibc
import Reactor
import Testing

@Suite("The event loop")
struct EventLoopTests {
    @Test("Work from another thread runs on the loop, in the order it was given")
    func executesInOrder() async throws {
        let loop = try EventLoop.spawn(name: "order")
        defer { loop.stop() }
        let seen = Lock<[Int]>([])
        for number in 0..<1000 { loop.execute { seen.withLock { $0.append(number) } } }
        await onLoop(loop) { #expect(loop.isCurrent) }
        #expect(seen.withLock { $0 } == Array(0..<1000))
        #expect(!loop.isCurrent)
    }

    @Test("An actor on the loop runs there, and enters its neighbour without a hop")
    func actorsShareTheLoop() async throws {
        let loop = try EventLoop.spawn(name: "actors")
        defer { loop.stop() }
        let first = Counter(loop: loop)
        let second = Counter(loop: loop)
        #expect(await first.countBoth(with: second) == 2)
    }

    @Test("A task that prefers the loop runs its non-isolated parts on it")
    func taskExecutor() async throws {
        let loop = try EventLoop.spawn(name: "tasks")
        defer { loop.stop() }
        let onLoop = await Task(executorPreference: loop) { await nonisolatedIsCurrent(loop) }.value
        #expect(onLoop)
    }

    @Test("Task.immediate in a callback of the loop starts before the callback returns")
    func immediateTask() async throws {
        let loop = try EventLoop.spawn(name: "immediate")
        defer { loop.stop() }
        let counter = Counter(loop: loop)
        #expect(await counter.immediateTaskRunsAtOnce())
    }

    @Test("Timers fire in the order of their deadlines; a cancelled one never does")
    func timersInOrder() async throws {
        let loop = try EventLoop.spawn(name: "timers")
        defer { loop.stop() }
        let fired = Lock<[String]>([])
        await withCheckedContinuation { continuation in
            loop.execute {
                loop.schedule(after: .milliseconds(30)) { fired.withLock { $0.append("third") } }
                loop.schedule(after: .milliseconds(10)) { fired.withLock { $0.append("first") } }
                loop.schedule(after: .milliseconds(10)) { fired.withLock { $0.append("second") } }
                loop.schedule(after: .milliseconds(20)) { fired.withLock { $0.append("never") } }.cancel()
                loop.schedule(after: .milliseconds(31)) { continuation.resume() }
            }
        }
        #expect(fired.withLock { $0 } == ["first", "second", "third"])
    }

    @Test("Sleeping ends by itself, and at once when its task is cancelled, also before it began")
    func sleeping() async throws {
        let loop = try EventLoop.spawn(name: "sleep")
        defer { loop.stop() }
        try await loop.sleep(for: .milliseconds(1))
        let sleeper = Task { try await loop.sleep(for: .seconds(3600)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test("A watch reports readiness while it lasts, what it is changed to, and hang-ups; nothing once cancelled")
    func readiness() async throws {
        let loop = try EventLoop.spawn(name: "ready")
        defer { loop.stop() }
        let pair = try SocketPair()
        defer { pair.closeBoth() }
        let reports = AsyncStream<Readiness>.makeStream()
        let watch = Lock<Watch?>(nil)
        try await onLoop(loop) {
            let made = try loop.watch(pair.mine, for: .read) { ready in
                reports.continuation.yield(ready)
                watch.withLock { held in try? held?.change(to: []) }
            }
            watch.withLock { $0 = made }
        }
        var iterator = reports.stream.makeAsyncIterator()
        pair.sendByte()
        #expect(await iterator.next() == .read)
        await onLoop(loop) { watch.withLock { held in try? held?.change(to: .write) } }
        #expect(await iterator.next() == .write)
        pair.closeTheirs()
        await onLoop(loop) { watch.withLock { held in try? held?.change(to: .read) } }
        #expect(await iterator.next()?.contains(.hangup) == true)
        await onLoop(loop) {
            watch.withLock { held in
                held?.cancel()
                held?.cancel()
                held = nil
            }
        }
    }

    @Test("Blocked signals reach the loop")
    func signals() async throws {
        // SIGWINCH: ignored by default, so that a test run cannot die of it wherever it lands.
        try EventLoop.block(signals: [SIGWINCH])
        let loop = try EventLoop.spawn(name: "signals")
        defer { loop.stop() }
        let arrived = AsyncStream<Int32>.makeStream()
        let watch = Lock<Watch?>(nil)
        try await onLoop(loop) {
            let made = try loop.onSignals([SIGWINCH]) { arrived.continuation.yield($0) }
            watch.withLock { $0 = made }
            pthread_kill(pthread_self(), SIGWINCH)
        }
        var iterator = arrived.stream.makeAsyncIterator()
        #expect(await iterator.next() == SIGWINCH)
        await onLoop(loop) { watch.withLock { $0?.cancel() } }
    }

    @Test("Many threads wake the loop and nothing is lost")
    func manyThreads() async throws {
        let loop = try EventLoop.spawn(name: "many")
        defer { loop.stop() }
        let count = Lock(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    for _ in 0..<500 {
                        await withCheckedContinuation { continuation in
                            loop.execute {
                                count.withLock { $0 += 1 }
                                continuation.resume()
                            }
                        }
                    }
                }
            }
        }
        #expect(count.withLock { $0 } == 8000)
    }
}

/// Runs `body` on the loop and waits for it.
private func onLoop(_ loop: EventLoop, _ body: @escaping @Sendable () throws -> Void) async rethrows {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, any Error>, Never>) in
        loop.execute { continuation.resume(returning: Result { try body() }) }
    }
    if case .failure(let error) = result { Issue.record(error) }
}

private func nonisolatedIsCurrent(_ loop: EventLoop) async -> Bool { loop.isCurrent }

private actor Counter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var count = 0

    init(loop: EventLoop) { self.loop = loop }

    func increment() -> Int {
        count += 1
        return loop.isCurrent ? count : -1
    }

    func countBoth(with other: Counter) async -> Int { await other.increment() + increment() }

    func immediateTaskRunsAtOnce() async -> Bool {
        await withCheckedContinuation { continuation in
            loop.schedule(after: .zero) {
                var started = false
                Task.immediate { started = self.increment() == 1 }
                continuation.resume(returning: started)
            }
        }
    }
}

private struct SocketPair {
    let mine: Int32
    let theirs: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw ErrnoError(errno) }
        (mine, theirs) = (ends[0], ends[1])
    }

    func sendByte() {
        var byte: UInt8 = 1
        #expect(send(theirs, &byte, 1, 0) == 1)
    }

    func closeTheirs() { shutdown(theirs, Int32(SHUT_RDWR)) }

    func closeBoth() {
        close(mine)
        close(theirs)
    }
}

private struct ErrnoError: Error {
    let code: Int32
    init(_ code: Int32) { self.code = code }
}
