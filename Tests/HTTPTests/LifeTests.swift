import Glibc
import HTTPClient
import HTTPServer
import Reactor
import TestSupport
import Testing

/// Ends of connections, handlers and listeners, in every order.
@Suite("Life of a listener")
struct LifeTests {
    @Test("A client that vanishes during a handler harms nobody")
    func vanishes() async throws {
        let gate = Gate()
        let inside = Lock(false)
        try await TestServer.run { router in
            router.get("/slow") { _ in
                inside.withLock { $0 = true }
                await gate.pass()
                return .text(String(repeating: "x", count: 4_000_000))
            }
            router.get("/") { _ in .text("alive") }
        } _: { server in
            try await RawConversation.sendAndVanish(
                port: server.port, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", when: { inside.withLock { $0 } })
            await gate.open()
            try await eventually("the record of a request that came to nothing") {
                server.observed.records.contains { $0.route == "/slow" && !$0.isComplete }
            }
            let text = try await server.get("/").text
            #expect(text == "alive")
        }
    }

    @Test("A shutdown answers every request that was begun, then refuses connections")
    func drain() async throws {
        let gate = Gate()
        let begun = Lock(0)
        try await TestServer.run { router in
            router.get("/") { _ in
                begun.withLock { $0 += 1 }
                await gate.pass()
                return .text("answered")
            }
        } _: { server in
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        // Again and again until the door is shut.
                        var answered = 0
                        while let response = try? await server.get("/"), response.text == "answered" { answered += 1 }
                        return answered
                    }
                }
                try await eventually("thirty handlers at work") { await gate.arrivals == 30 }
                async let shutdown: Void = server.listener.shutdown(within: .seconds(180))
                await gate.open()
                await shutdown
                return try await group.reduce(0, +)
            }
            #expect(answered == begun.withLock { $0 })
            let error = await #expect(throws: ClientError.self) { try await server.get("/") }
            #expect(error?.isNotConnected == true)
        }
    }

    @Test("A shutdown waits for no handler beyond its limit: 503, and what the handler says later goes nowhere")
    func abandoned() async throws {
        try await TestServer.runGated { server, gate in
            async let response = server.get("/")
            try await eventually("the handler at work") { await gate.arrivals == 1 }
            await server.listener.shutdown(within: .milliseconds(50))
            let answer = try await response
            #expect(answer.status == 503)
            #expect(answer.text.contains("urn:filmclub:problem:shutting-down"))
            await gate.open()
        }
    }

    @Test("A handler that takes too long is answered for, and cancelled")
    func handlerDeadline() async throws {
        var limits = ListenerLimits()
        limits.handlerDurationMax = .milliseconds(50)
        let cancelled = Lock(false)
        try await TestServer.run(limits: limits) { router in
            router.get("/") { _ in
                do { try await Task.sleep(for: .seconds(3_600)) } catch { cancelled.withLock { $0 = true } }
                return .noContent
            }
        } _: { server in
            let response = try await server.get("/")
            #expect(response.status == 503)
            #expect(response.headers["Retry-After"] == "1")
            #expect(response.text.contains("urn:filmclub:problem:timed-out"))
            try await eventually("the cancellation") { cancelled.withLock { $0 } }
        }
    }

    @Test("Above the bound of requests in flight there is 503 with Retry-After, never a hang")
    func overloaded() async throws {
        var limits = ListenerLimits()
        limits.requestsInFlightMax = 2
        try await TestServer.runGated(limits: limits) { server, gate in
            async let first = server.get("/")
            async let second = server.get("/")
            try await eventually("two handlers at work") { await gate.arrivals == 2 }
            let third = try await server.get("/")
            #expect(third.status == 503)
            #expect(third.headers["Retry-After"] == "1")
            #expect(third.text.contains("urn:filmclub:problem:overloaded"))
            await gate.open()
            let served = try await [first.status, second.status]
            #expect(served == [200, 200])
            let next = try await server.get("/")
            #expect(next.status == 200)
        }
    }

    @Test("Under load a shutdown answers all that was accepted, and new requests are told to go elsewhere")
    func drainUnderLoad() async throws {
        let clients = 300
        var limits = ListenerLimits()
        limits.connectionsPerAddressMax = 2 * clients
        let gate = Gate()
        try await TestServer.run(limits: limits) { router in
            router.post("/orders") { request in
                await gate.pass()
                return .text("order \(String(decoding: request.body, as: UTF8.self)) placed;", status: 201)
            }
            router.get("/") { _ in .text("served") }
        } _: { server in
            // Idle by now, to ask again amid the drain.
            let idle = try RawConversation.connect(server.port)
            let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            _ = send(idle, get, get.utf8.count, 0)
            try await eventually("the first answer") { server.observed.records.count == 1 }
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<clients {
                    group.addTask {
                        let request = "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\(100 + number)"
                        return (100 + number, try await RawConversation.exchange(port: server.port, [request]))
                    }
                }
                try await eventually("every handler at work") { await gate.arrivals == clients }
                async let shutdown: Void = server.listener.shutdown(within: .seconds(180))
                try await eventually("the door is shut") { Self.isRefused(server.port) }
                _ = send(idle, get, get.utf8.count, 0)
                try await eventually("an answer amid the drain") { server.observed.records.count == 2 }
                await gate.open()
                await shutdown
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (number, answer) in answers {
                #expect(answer.hasPrefix("HTTP/1.1 201 "))
                #expect(answer.hasSuffix("\r\n\r\norder \(number) placed;"))
                #expect(answer.contains("\r\nConnection: close\r\n"))
            }
            #expect(answers.count == clients)
            let both = try await RawConversation.readToEnd(idle).components(separatedBy: "HTTP/1.1 200 OK\r\n")
            #expect(both.count == 3)
            #expect(!both[1].contains("Connection: close"))
            #expect(both[2].contains("\r\nConnection: close\r\n"))
        }
    }

    private static func isRefused(_ port: UInt16) -> Bool {
        guard let descriptor = try? RawConversation.connect(port) else { return true }
        close(descriptor)
        return false
    }

    @Test("A listener and a client are gone after their ends, whatever they were doing")
    func nothingIsLeft() async throws {
        let gate = Gate()
        let kept = Kept()
        try await TestServer.run { router in
            router.get("/") { _ in .text("served") }
            router.get("/slow") { _ in
                await gate.pass()
                return .noContent
            }
            router.get("/news") { _ in .events { sink in await sink.whenEnded() } }
        } _: { server in
            kept.listener = server.listener
            kept.client = server.client
            _ = try await server.get("/")
            // A stream whose reader leaves, and one that lasts to the end.
            let news = "GET /news HTTP/1.1\r\nHost: a\r\n\r\n"
            _ = try await RawConversation.exchange(port: server.port, [news]) { $0.contains("\r\n\r\n") }
            let reader = try RawConversation.connect(server.port)
            defer { close(reader) }
            _ = send(reader, news, news.utf8.count, 0)
            async let abandoned = server.get("/slow")
            try await eventually("the handler at work") { await gate.arrivals == 1 }
            await server.listener.shutdown(within: .zero)
            _ = try await abandoned
            await gate.open()
        }
        try await eventually("both are gone") { kept.listener == nil && kept.client == nil }
    }

    private final class Kept {
        weak var listener: Listener?
        weak var client: Client?
    }

    @Test("A port in use and a host that is no address are refused in a whole sentence")
    func cannotListen() async throws {
        try await TestServer.run { _ in
        } _: { server in
            for (host, port, text) in [
                ("127.0.0.1", server.port, "Address already in use"), ("localhost", 0, "not a numeric address"),
            ] as [(String, UInt16, String)] {
                let listener = Listener(
                    ListenerConfiguration(host: host, port: port), router: Router(), on: server.loop)
                let error = await #expect(throws: ListenerError.self) { try await listener.start() }
                #expect(error?.description.contains(text) == true)
                #expect(error?.description.contains(host) == true)
            }
        }
    }
}
