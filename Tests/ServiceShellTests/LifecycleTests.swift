import Reactor
import Testing

@testable import ServiceShell

@Suite("Lifecycle")
struct LifecycleTests {
    private let journal = ServiceJournal()
    private let recorder = LogRecorder()

    private func withLifecycle(_ body: (Lifecycle) async throws -> Void) async throws {
        let loop = try EventLoop.spawn(name: "lifecycle")
        defer { loop.stop() }
        try await body(Lifecycle(on: loop, log: Log(to: recorder, level: .debug)))
    }

    private struct Broken: Error {}

    @Test("Services start in order and stop in reverse")
    func order() async throws {
        try await withLifecycle { lifecycle in
            try await lifecycle.start([journal.service("pool"), journal.service("relay"), journal.service("http")])
            #expect(await lifecycle.stop(within: .seconds(30)) == .clean)
            #expect(
                journal.notes == ["start pool", "start relay", "start http", "stop http", "stop relay", "stop pool"])
            #expect(await lifecycle.stop(within: .seconds(30)) == .clean, "a second stop has nothing to do")
            #expect(journal.notes.count == 6)
        }
    }

    @Test("After a failed start only what had started is stopped")
    func failedStart() async throws {
        try await withLifecycle { lifecycle in
            let broken = ClosureService("broken", start: { throw Broken() })
            await #expect(throws: Broken.self) {
                try await lifecycle.start([journal.service("pool"), broken, journal.service("http")])
            }
            #expect(await lifecycle.stop(within: .seconds(30)) == .clean)
            #expect(journal.notes == ["start pool", "stop pool"])
            #expect(recorder.lines(of: "service.start.failed").count == 1)
        }
    }

    @Test("A service that hangs is left behind at the deadline, and the others are stopped all the same")
    func hangingService() async throws {
        try await withLifecycle { lifecycle in
            let (never, left) = (Gate(), Gate())
            let hanging = ClosureService(
                "hanging",
                stop: { _ in
                    await never.wait()
                    left.open()
                })
            try await lifecycle.start([journal.service("pool"), hanging, journal.service("http")])
            #expect(await lifecycle.stop(within: .seconds(4)) == .abandoned(["hanging"]))
            #expect(journal.notes == ["start pool", "start http", "stop http", "stop pool"])
            #expect(recorder.lines(of: "service.stop.abandoned").count == 1)
            // Before the loop ends: what waits on it then would be leaked.
            never.open()
            await left.wait()
        }
    }

    @Test("A service is told to be done a while before it is abandoned, however short the time is")
    func margin() async throws {
        for share: Duration in [.milliseconds(10), .seconds(1), .seconds(9), .seconds(600)] {
            #expect(Lifecycle.limit(in: share) < share)
            #expect(Lifecycle.limit(in: share) >= share / 2)
        }
        try await withLifecycle { lifecycle in
            let told = Lock(Duration.zero)
            let service = ClosureService("service", stop: { limit in told.withLock { $0 = limit } })
            try await lifecycle.start([service])
            #expect(await lifecycle.stop(within: .seconds(60)) == .clean)
            #expect(told.withLock { $0 } <= Lifecycle.limit(in: .seconds(60)))
        }
    }

    @Test("A stop during the start ends the start; nothing starts afterwards")
    func stopDuringStart() async throws {
        try await withLifecycle { lifecycle in
            let reached = Gate()
            let loop = lifecycle.loop
            let slow = ClosureService(
                "slow",
                start: {
                    reached.open(); try await loop.sleep(for: .seconds(600))
                })
            let starting = Task {
                do { try await lifecycle.start([journal.service("pool"), slow, journal.service("http")]) } catch {
                    journal.note("\(error)")
                }
            }
            await reached.wait()
            #expect(await lifecycle.stop(within: .seconds(60), starting: starting) == .clean)
            #expect(journal.notes == ["start pool", "CancellationError()", "stop pool"])
            await #expect(throws: CancellationError.self) { try await lifecycle.start([journal.service("late")]) }
        }
    }
}

/// Opened once; everybody who waits goes on.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}
