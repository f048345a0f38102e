import Glibc
import HTTPClient
import HTTPServer
import Reactor
import TestSupport
import Testing

/// Server-sent events over real sockets: the life of a stream, from either end.
@Suite("Event streams")
struct EventStreamTests {
    private static let request = "GET /news HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("Events arrive in order, framed and typed as EventSource wants them, and the connection lives on")
    func arrives() async throws {
        try await TestServer.run { router in
            router.get("/news") { request in
                .events { sink in
                    try sink.send(ServerSentEvent("after \(request.lastEventID ?? "nothing")", name: "hello", id: "8"))
                    try await sink.whenDrained()
                    try sink.send(ServerSentEvent("two\nlines"))
                }
            }
        } _: { server in
            let first = try await server.get("/news", headers: ["Last-Event-ID": "7"])
            #expect(first.status == 200)
            #expect(first.headers["Content-Type"] == "text/event-stream")
            #expect(first.headers["Cache-Control"] == "no-store")
            #expect(first.text == "id: 8\nevent: hello\ndata: after 7\n\ndata: two\ndata: lines\n\n")
            let again = try await server.get("/news")
            #expect(again.text.contains("after nothing"))
            let head = try await server.send("HEAD", "/news")
            #expect(head.headers["Content-Type"] == "text/event-stream")
            let old = try await RawConversation.exchange(port: server.port, ["GET /news HTTP/1.0\r\n\r\n"])
            #expect(old.hasSuffix("\r\n\r\nid: 8\nevent: hello\ndata: after nothing\n\ndata: two\ndata: lines\n\n"))
            try await eventually("four records") { server.observed.records.count == 4 }
            #expect(server.observed.records[0].bytes == Int64(first.body.count))
            #expect(server.observed.records.allSatisfy { $0.isComplete })
        }
    }

    @Test("Much at once goes out whole when the producer waits for its reader")
    func replay() async throws {
        let line = String(repeating: "x", count: 1_000)
        try await TestServer.run { router in
            router.get("/news") { _ in
                .events { sink in
                    for _ in 0..<800 {
                        try await sink.whenDrained()
                        try sink.send(ServerSentEvent(line))
                    }
                }
            }
        } _: { server in
            let text = try await server.get("/news").text
            #expect(text == String(repeating: "data: \(line)\n\n", count: 800))
        }
    }

    @Test("A producer that fails ends its stream, and its error is heard; what no stream can carry is refused by name")
    func producerFails() async throws {
        struct Broken: Error {}
        try await TestServer.run { router in
            router.get("/broken") { _ in .events { _ in throw Broken() } }
            router.get("/large") { _ in
                .events { sink in try sink.send(ServerSentEvent(String(repeating: "x", count: 70_000))) }
            }
        } _: { server in
            let empty = try await [server.get("/broken").body, server.get("/large").body]
            #expect(empty == [[], []])
            #expect(server.observed.errors.count == 2)
            #expect(server.observed.errors.first == "Broken()")
            #expect(server.observed.errors.last?.contains("70008 bytes") == true)
        }
    }

    @Test("A quiet stream gets heartbeats")
    func heartbeats() async throws {
        var limits = ListenerLimits()
        limits.eventHeartbeatEvery = .milliseconds(40)
        try await TestServer.run(limits: limits) { router in
            router.get("/news") { _ in .events { sink in await sink.whenEnded() } }
        } _: { server in
            let text = try await RawConversation.exchange(port: server.port, [Self.request]) { text in
                text.components(separatedBy: "3\r\n:\n\n\r\n").count > 3
            }
            #expect(text.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A reader that leaves cancels its producer at once, without a heartbeat")
    func departure() async throws {
        let ended = Lock<[EventStreamEnd?]>([])
        try await TestServer.run { router in
            router.get("/news") { _ in
                .events { sink in
                    try sink.send(ServerSentEvent("hello"))
                    do { try await Task.sleep(for: .seconds(3_600)) } catch { ended.withLock { $0.append(sink.end) } }
                }
            }
        } _: { server in
            _ = try await RawConversation.exchange(port: server.port, [Self.request]) { $0.contains("hello") }
            try await eventually("the producer's end") { ended.withLock { $0 } == [.departed] }
            try await eventually("a record of a broken answer") { server.observed.records.count == 1 }
            #expect(!server.observed.records[0].isComplete)
        }
    }

    @Test("A reader that stops reading is dropped when its buffer is full; others are served meanwhile")
    func overflow() async throws {
        let ended = Lock<EventStreamEnd?>(nil)
        try await TestServer.run { router in
            router.get("/news") { _ in
                .events { sink in
                    // The kernel's buffers take some of it; then ours fills.
                    while sink.end == nil {
                        try? sink.send(ServerSentEvent(String(repeating: "x", count: 8_000)))
                        await Task.yield()
                    }
                    ended.withLock { $0 = sink.end }
                }
            }
            router.get("/") { _ in .text("served") }
        } _: { server in
            let reader = try RawConversation.connect(server.port, receiveBufferBytes: 4_096)
            defer { close(reader) }
            #expect(send(reader, Self.request, Self.request.utf8.count, 0) == Self.request.utf8.count)
            try await eventually("the drop") { ended.withLock { $0 } == .tooSlow }
            let text = try await server.get("/").text
            #expect(text == "served")
        }
    }

    @Test("A reader that stops reading is dropped by time if little is sent")
    func stall() async throws {
        var limits = ListenerLimits()
        limits.eventStallDurationMax = .milliseconds(100)
        let ended = Lock<EventStreamEnd?>(nil)
        try await TestServer.run(limits: limits) { router in
            router.get("/news") { _ in
                .events { sink in
                    do {
                        while true {
                            try await sink.whenDrained()
                            try sink.send(ServerSentEvent(String(repeating: "x", count: 8_000)))
                        }
                    } catch {
                        ended.withLock { $0 = error as? EventStreamEnd }
                    }
                }
            }
        } _: { server in
            let reader = try RawConversation.connect(server.port, receiveBufferBytes: 4_096)
            defer { close(reader) }
            #expect(send(reader, Self.request, Self.request.utf8.count, 0) == Self.request.utf8.count)
            try await eventually("the drop") { ended.withLock { $0 } == .tooSlow }
        }
    }

    @Test("500 listeners hear the same events in the same order; a shutdown ends every stream in order")
    func manyListeners() async throws {
        let listeners = 500
        var limits = ListenerLimits()
        limits.connectionsPerAddressMax = listeners
        let hub = Hub()
        try await TestServer.run(limits: limits) { router in
            router.get("/news") { _ in .events { sink in await hub.join(sink) } }
        } _: { server in
            let readers = try (0..<listeners).map { _ in try RawConversation.connect(server.port) }
            for reader in readers { _ = send(reader, Self.request, Self.request.utf8.count, 0) }
            try await eventually("every listener in the hub") { hub.count == listeners }
            for number in 0..<20 { hub.send(ServerSentEvent("news", id: "\(number)")) }
            await server.listener.shutdown(within: .seconds(180))
            try await eventually("every producer's end") { hub.ends.count == listeners }
            let inOrder = hub.ends.allSatisfy { $0 == .shuttingDown }
            #expect(inOrder)
            let events = (0..<20).map { "id: \($0)\ndata: news\n\n" }.joined()
            for reader in readers {
                let text = try await RawConversation.readToEnd(reader)
                #expect(Chunks.joined(text.splitAtBlankLine.body) == events)
                #expect(text.hasSuffix("0\r\n\r\n"))
            }
        }
    }

    @Test("More streams than are served at once get 503; a drain does not wait for a reader that does not read")
    func boundAndDrain() async throws {
        var limits = ListenerLimits()
        limits.eventStreamsMax = 1
        let hub = Hub()
        try await TestServer.run(limits: limits) { router in
            router.get("/news") { _ in .events { sink in await hub.join(sink) } }
        } _: { server in
            let reader = try RawConversation.connect(server.port, receiveBufferBytes: 4_096)
            defer { close(reader) }
            _ = send(reader, Self.request, Self.request.utf8.count, 0)
            try await eventually("one listener") { hub.count == 1 }
            let refused = try await server.get("/news")
            #expect(refused.status == 503)
            #expect(refused.headers["Retry-After"] == "5")
            // More than the kernel takes for a reader that is silent.
            for _ in 0..<8 { hub.send(ServerSentEvent(String(repeating: "x", count: 60_000))) }
            await server.listener.shutdown(within: .seconds(3_600))
            try await eventually("the producer's end") { hub.ends.count == 1 }
        }
    }
}

/// Sends the same to everyone who listens.
private final class Hub: Sendable {
    private let state = Lock((sinks: [EventSink](), ends: [EventStreamEnd]()))

    func join(_ sink: EventSink) async {
        state.withLock { $0.sinks.append(sink) }
        await sink.whenEnded()
        if let end = sink.end { state.withLock { $0.ends.append(end) } }
    }

    var count: Int { state.withLock { $0.sinks.count } }
    var ends: [EventStreamEnd] { state.withLock { $0.ends } }

    /// One that has ended by now is nobody's loss.
    func send(_ event: ServerSentEvent) {
        for sink in state.withLock({ $0.sinks }) where sink.end == nil {
            do { try sink.send(event) } catch { #expect(error is EventStreamEnd) }
        }
    }
}

/// `Transfer-Encoding: chunked`, read back.
enum Chunks {
    static func joined(_ body: String) -> String {
        var rest = body[...]
        var joined = ""
        while let line = rest.firstRange(of: "\r\n"), let size = Int(rest[..<line.lowerBound], radix: 16), size > 0 {
            let bytes = rest[line.upperBound...].utf8
            joined += String(decoding: bytes.prefix(size), as: UTF8.self)
            rest = Substring(bytes.dropFirst(size + 2))
        }
        return joined
    }
}
