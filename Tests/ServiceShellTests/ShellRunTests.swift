import Glibc
import Reactor
import TestSupport
import Testing

@testable import ServiceShell

@Suite("Shell run")
struct ShellRunTests {
    private let journal = ServiceJournal()
    private let recorder = LogRecorder()

    private func withContext(_ body: (ShellContext) async throws -> Void) async throws {
        let loop = try EventLoop.spawn(name: "shell-run")
        defer { loop.stop() }
        try await body(
            ShellContext(
                name: "test", configuration: Configuration(keys: ShellKeys.all, environment: [:]),
                log: Log(to: recorder), loop: loop))
    }

    @Test("A signal ends a running process in good order: not ready first, then the services in reverse")
    func gracefulStop() async throws {
        try await withContext { context in
            let run = ShellRun(context, stopWithin: .seconds(30))
            let health = context.health
            let http = ClosureService(
                "http", start: { journal.note("start http") },
                stop: { _ in journal.note("stop http, \(health.isReady ? "ready" : "not ready")") })
            let watcher = ClosureService(
                "last", start: { context.stopRequests.post(.signal(SIGTERM)) }, stop: { _ in journal.note("stop last") }
            )
            let ending = await run.run(first: [journal.service("ops")]) { _ in
                journal.note("build")
                return [journal.service("pool"), http, watcher]
            }
            #expect(ending == .clean)
            #expect(
                journal.notes == [
                    "start ops", "build", "start pool", "start http", "stop last", "stop http, not ready", "stop pool",
                    "stop ops",
                ])
            #expect(recorder.lines(of: "process.stopping")[0].contains("\"signal\":15"))
            #expect(recorder.lines(of: "process.stopped").count == 1)
        }
    }

    @Test("A service that cannot start ends the process with one sentence, and what had started is stopped")
    func startFailure() async throws {
        struct NoDatabase: Error, CustomStringConvertible {
            let description = "The database does not answer."
        }
        try await withContext { context in
            let run = ShellRun(context, stopWithin: .seconds(30))
            let ending = await run.run(first: []) { _ in
                [
                    journal.service("pool"), ClosureService("relay", start: { throw NoDatabase() }),
                    journal.service("http"),
                ]
            }
            #expect(ending == .failed("test could not start: The database does not answer."))
            #expect(journal.notes == ["start pool", "stop pool"])
            #expect(!context.health.isStarted)
        }
    }

    @Test("A composition root that throws ends the process the same way")
    func buildFailure() async throws {
        struct Unusable: Error {}
        try await withContext { context in
            let ending = await ShellRun(context, stopWithin: .seconds(30)).run(first: [journal.service("ops")]) { _ in
                throw Unusable()
            }
            #expect(ending == .failed("test could not start: Unusable()"))
            #expect(journal.notes == ["start ops", "stop ops"])
        }
    }

    @Test("A failure while it runs ends the process in good order with that sentence")
    func failureWhileRunning() async throws {
        try await withContext { context in
            let ending = await ShellRun(context, stopWithin: .seconds(30)).run(first: []) { context in
                let failing = ClosureService("failing", start: { context.fail("The disk is gone.") })
                return [journal.service("pool"), failing]
            }
            #expect(ending == .failed("The disk is gone."))
            #expect(journal.notes == ["start pool", "stop pool"])
        }
    }

    @Test("A service that hangs at the stop does not hang the process, which says who it was")
    func hangingStop() async throws {
        try await withContext { context in
            let (never, left) = (Gate(), Gate())
            let ending = await ShellRun(context, stopWithin: .seconds(8)).run(first: [journal.service("ops")]) {
                context in
                let hanging = ClosureService(
                    "hanging", start: { context.stopRequests.post(.signal(SIGINT)) },
                    stop: { _ in
                        await never.wait()
                        left.open()
                    })
                return [journal.service("pool"), hanging]
            }
            // A machine that stands still for a second may cost the others their turn too: they are named behind it.
            let sentence = if case .failed(let sentence) = ending { sentence } else { "\(ending)" }
            #expect(sentence.hasPrefix("test ended without hanging, ") && sentence.hasSuffix("which did not stop."))
            try await eventually("the others were stopped") {
                journal.notes.sorted() == ["start ops", "start pool", "stop ops", "stop pool"]
            }
            // Before the loop ends: what waits on it then would be leaked.
            never.open()
            await left.wait()
        }
    }

    @Test("Once everything has started, the address file holds every listener's address")
    func addressFile() async throws {
        let file = try TemporaryFile()
        try await withContext { context in
            let run = ShellRun(context, stopWithin: .seconds(30), addressFile: file.path)
            let listening = ClosureService(
                "http",
                start: {
                    context.listening("http", host: "127.0.0.1", port: 8_081)
                    context.listening("ops", host: "::1", port: 9_081)
                })
            let ending = Task { await run.run(first: [listening]) { _ in [] } }
            try await eventually("the process is started") { recorder.lines(of: "process.started").count == 1 }
            #expect(try file.read() == "http=127.0.0.1:8081\nops=[::1]:9081\n")
            #expect(context.health.isReady)
            context.stopRequests.post(.signal(SIGTERM))
            #expect(await ending.value == .clean)
            #expect(recorder.lines(of: "listening").count == 2)
        }
    }
}
