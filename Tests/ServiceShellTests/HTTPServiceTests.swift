import Glibc
import HTTPClient
import HTTPServer
import Reactor
import TestSupport
import Testing

@testable import ServiceShell

@Suite("A process over HTTP")
struct HTTPServiceTests {
    private let recorder = LogRecorder()

    @Test("A signal while a request is under way: it is answered, the process says not ready, then nobody listens")
    func drain() async throws {
        let loop = try EventLoop.spawn(name: "shell-http")
        defer { loop.stop() }
        let settings = try Configuration(keys: ShellKeys.all, environment: [:])
        let context = ShellContext(name: "test", configuration: settings, log: Log(to: recorder), loop: loop)
        let reached = Gate()
        let release = Gate()
        let run = ShellRun(context, stopWithin: .seconds(60))
        let ending = Task {
            await run.run(first: [HTTPService.ops(context)]) { context in
                let http = HTTPService(context, host: "127.0.0.1", port: 0) { router in
                    router.get("/slow/{x}") { _ in
                        reached.open()
                        await release.wait()
                        return .text("whole")
                    }
                }
                return [http]
            }
        }
        let client = Client(on: loop)
        try await eventually("it is ready") { context.health.isReady }
        let http = try #require(context.address(of: "http"))
        let ops = try #require(context.address(of: "ops"))
        #expect(try await client.send(ClientRequest("GET", "http://\(ops)/health/ready")).status == 200)

        let slow = Task { try await client.send(ClientRequest("GET", "http://\(http)/slow/1")) }
        await reached.wait()
        context.stopRequests.post(.signal(SIGTERM))
        try await eventually("it is no longer ready") { !context.health.isReady }
        #expect(
            try await client.send(ClientRequest("GET", "http://\(ops)/health/ready")).status == 503,
            "the operators' listener is the last to go")
        release.open()
        let answer = try await slow.value
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == "whole")
        #expect(answer.headers["X-Request-Id"] != nil)
        #expect(await ending.value == .clean)
        #expect(
            context.metrics.text().contains(
                "filmclub_http_requests_total{method=\"GET\",route=\"/slow/{x}\",status=\"200\"} 1"))
        for address in [http, ops] {
            await #expect(throws: ClientError.self) {
                try await client.send(ClientRequest("GET", "http://\(address)/health/live"))
            }
        }
        await client.close()
    }

    @Test("A port that is taken is one whole sentence")
    func portTaken() async throws {
        let loop = try EventLoop.spawn(name: "shell-http")
        defer { loop.stop() }
        let settings = try Configuration(keys: ShellKeys.all, environment: [:])
        let context = ShellContext(name: "test", configuration: settings, log: Log(to: recorder), loop: loop)
        let ending = await ShellRun(context, stopWithin: .seconds(30)).run(first: [HTTPService.ops(context)]) {
            context in
            let taken = context.address(of: "ops").flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
            return [HTTPService(context, host: "127.0.0.1", port: taken ?? 0) { _ in }]
        }
        guard case .failed(let sentence) = ending else {
            Issue.record("it ended \(ending)")
            return
        }
        #expect(sentence.hasPrefix("test could not start: "))
        #expect(sentence.contains("127.0.0.1"))
    }
}
