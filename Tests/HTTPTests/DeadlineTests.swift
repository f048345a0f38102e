import Glibc
import HTTPClient
import HTTPServer
import Reactor
import TestSupport
import Testing

/// Deadlines that no dripping client stretches, and bounds on connections.
@Suite("Deadlines and connections")
struct DeadlineTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    enum Stage: Sendable { case idle, head, body }

    @Test(
        "What drips in is cut off at its stage's own deadline: a line, a head, a body by length or in chunks",
        arguments: [
            ("GE", .idle), ("\r\n\r\n", .idle),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: ", .head),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", .body),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n", .body),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", .body),
        ] as [(String, Stage)])
    func drips(start: String, stage: Stage) async throws {
        var limits = ListenerLimits()
        // Only this one ends it: the others are far away.
        switch stage {
        case .idle: limits.idleDurationMax = .milliseconds(100)
        case .head: limits.headDurationMax = .milliseconds(100)
        case .body: limits.bodyDurationMax = .milliseconds(100)
        }
        try await TestServer.run(limits: limits) { router in
            router.post("/") { _ in .noContent }
        } _: { server in
            try await RawConversation.drip(port: server.port, start)
        }
    }

    @Test("A head or a body that does not come is answered with 408 and the close, silence with the close alone")
    func timedOut() async throws {
        // Not the limit on idleness: a client that the machine stops before its first byte must not meet that one.
        var limits = ListenerLimits()
        limits.headDurationMax = .milliseconds(100)
        limits.bodyDurationMax = .milliseconds(100)
        try await TestServer.run(limits: limits) { router in
            router.post("/") { _ in .noContent }
        } _: { server in
            for start in [
                "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
            ] {
                let answer = try await RawConversation.exchange(port: server.port, [start])
                #expect(answer.hasPrefix("HTTP/1.1 408 "))
                #expect(answer.contains("\r\nConnection: close\r\n"))
                #expect(answer.contains("urn:filmclub:problem:request-timed-out"))
            }
            try await eventually("their records") {
                server.observed.records.filter { $0.status == 408 && !$0.isComplete }.count == 2
            }
        }
        limits = ListenerLimits()
        limits.idleDurationMax = .milliseconds(100)
        try await TestServer.run(limits: limits) { router in
            router.get("/") { _ in .text("served") }
        } _: { server in
            let silence = try await RawConversation.exchange(port: server.port, [])
            #expect(silence.isEmpty)
            // Between requests too, for whoever was quick enough with the first.
            try await eventually("a request that came in time, and then the close") {
                let kept = try? await RawConversation.exchange(port: server.port, [Self.get])
                return kept?.hasSuffix("served") == true
            }
        }
    }

    @Test("A client that does not read its answer, or drips it, is cut off", arguments: [false, true])
    func slowReader(drips: Bool) async throws {
        var limits = ListenerLimits()
        limits.writeDurationMax = .milliseconds(100)
        let large = Response.text(String(repeating: "x", count: 32 * 1024 * 1024))
        try await TestServer.run(limits: limits) { router in
            router.get("/") { _ in large }
        } _: { server in
            let reader = try RawConversation.connect(server.port, receiveBufferBytes: 4_096)
            defer { close(reader) }
            #expect(send(reader, Self.get, Self.get.utf8.count, 0) == Self.get.utf8.count)
            var drop = [UInt8](repeating: 0, count: 16)
            try await eventually("the cut") {
                if drips { _ = recv(reader, &drop, drop.count, Int32(MSG_DONTWAIT)) }
                return server.observed.records.contains { $0.status == 200 && !$0.isComplete }
            }
        }
    }

    @Test("One address gets no more connections than its share")
    func connectionsPerAddress() async throws {
        var limits = ListenerLimits()
        limits.connectionsPerAddressMax = 1
        try await TestServer.runGated(limits: limits) { server, gate in
            async let first = server.get("/")
            try await eventually("the first connection in use") { await gate.arrivals == 1 }
            let second = try await RawConversation.exchange(port: server.port, [Self.get])
            #expect(second.isEmpty)
            await gate.open()
            let status = try await first.status
            #expect(status == 200)
        }
    }

    @Test("Connections beyond the bound in all wait their turn and are served then")
    func connectionsInAll() async throws {
        var limits = ListenerLimits()
        limits.connectionsMax = 2
        try await TestServer.runGated(limits: limits) { server, gate in
            let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await RawConversation.exchange(port: server.port, [request]) }
                }
                try await eventually("two at work") { await gate.arrivals == 2 }
                await gate.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts.count == 6)
            let served = texts.allSatisfy { $0.hasSuffix("served") }
            #expect(served)
        }
    }

    @Test("Idle connections keep nobody waiting, and leave no descriptor when they go")
    func idle() async throws {
        let idle = 400
        var limits = ListenerLimits()
        limits.connectionsPerAddressMax = idle + 10
        let gone = Lock(0)
        try await TestServer.run(limits: limits) { router in
            router.get("/") { _ in .text("served") }
        } _: { server in
            let before = Descriptors.ofSockets()
            let connections = try (0..<idle).map { _ in try RawConversation.connect(server.port) }
            // Half of them have been served before.
            for connection in connections.prefix(idle / 2) { _ = send(connection, Self.get, Self.get.utf8.count, 0) }
            try await eventually("half of them served") { server.observed.records.count == idle / 2 }
            for _ in 0..<50 {
                let text = try await server.get("/").text
                #expect(text == "served")
            }
            for connection in connections { close(connection) }
            gone.withLock { $0 = idle }
            // Other tests have sockets too, at most a few dozen at a time: what is left of 800 would show.
            try await eventually("their sockets are gone") { Descriptors.ofSockets() < before + idle }
            await server.listener.shutdown(within: .seconds(5))
        }
    }
}

enum Descriptors {
    /// Sockets that this process has open.
    static func ofSockets() -> Int {
        (0..<16_384).count { (descriptor: Int) in
            var status = stat()
            return fstat(Int32(descriptor), &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
        }
    }
}
