internal import Reactor

/// An answer that goes on: server-sent events, made by a producer for this one reader (WHATWG HTML §9.2).
///
///     router.get("/v1/news") { request in
///         .events { sink in
///             for news in await archive.after(request.lastEventID) {
///                 try await sink.whenDrained()
///                 try sink.send(ServerSentEvent(news.text, id: news.id))
///             }
///             …
///         }
///     }
///
/// The stream ends when the producer returns. When it ends before (the reader has left or is too slow, the process
/// stops) the producer's task is cancelled and its `send` throws why.
public struct EventStream: Sendable {
    let produce: @Sendable (EventSink) async throws -> Void

    public init(_ produce: @escaping @Sendable (EventSink) async throws -> Void) { self.produce = produce }
}

extension Response {
    /// 200 with a stream of events; `produce` begins when the answer does, and not at all for HEAD.
    public static func events(
        headers: ResponseHeaders = [:], _ produce: @escaping @Sendable (EventSink) async throws -> Void
    ) -> Response {
        var headers = headers
        headers["Content-Type"] = "text/event-stream"
        headers["Cache-Control"] = "no-store"
        return Response(headers: headers, body: .events(EventStream(produce)))
    }
}

extension Request {
    /// The id of the last event that a reader which comes again has seen (WHATWG HTML §9.2.4). Any text: it comes from
    /// outside.
    public var lastEventID: String? { headers["Last-Event-ID"] }
}

/// Why nothing more can be sent.
public enum EventStreamEnd: Error, Sendable, Equatable {
    /// The producer has returned.
    case finished
    /// The reader has closed its connection.
    case departed
    /// The reader has let more gather than `ListenerLimits.eventBufferBytesMax`, or for longer than
    /// `eventStallDurationMax`.
    case tooSlow
    /// The process ends.
    case shuttingDown
}

/// An event that no stream can carry: a line break in its name or id, or more bytes than the buffer ever holds.
public struct UnsendableEvent: Error, Sendable {
    public let reason: String
}

/// The producer's end of a stream: a bounded buffer that the reader's connection empties. From any thread.
public final class EventSink: Sendable {
    private let state: Lock<State>
    private let bufferBytesMax: Int
    /// Called, on any thread, when the connection has something to do after it had nothing.
    private let wake: @Sendable () -> Void

    private struct State {
        var buffer: [UInt8] = []
        /// How much of the buffer the connection has taken.
        var taken = 0
        var end: EventStreamEnd?
        /// The connection found nothing and waits for `wake`.
        var connectionWaits = false
        var waiting: [CheckedContinuation<Void, Never>] = []

        var pending: Int { buffer.count - taken }

        mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
            defer { waiting = [] }
            return waiting
        }
    }

    init(bufferBytesMax: Int, wake: @escaping @Sendable () -> Void) {
        self.bufferBytesMax = bufferBytesMax
        self.wake = wake
        state = Lock(State())
    }

    /// Puts the event into the buffer, without waiting. A reader whose buffer has no room for it is dropped.
    /// Throws `EventStreamEnd` or, for an event that no stream could carry, `UnsendableEvent`.
    public func send(_ event: ServerSentEvent) throws {
        guard let bytes = event.encoded else {
            throw UnsendableEvent(reason: "The event's name or id has a line break or a NUL.")
        }
        guard bytes.count <= bufferBytesMax else {
            throw UnsendableEvent(reason: "The event has \(bytes.count) bytes; a stream holds \(bufferBytesMax).")
        }
        if let end = put(bytes) { throw end }
    }

    /// Waits until the connection has taken all that was sent: for a producer that has much to say at once.
    public func whenDrained() async throws(EventStreamEnd) {
        await wait { $0.pending == 0 }
        if let end { throw end }
    }

    /// Waits until the stream has ended: for a producer that others send for.
    public func whenEnded() async { await wait { _ in false } }

    /// Why the stream has ended; nil while it lasts.
    public var end: EventStreamEnd? { state.withLock { $0.end } }

    private func wait(until isEnough: @Sendable (borrowing State) -> Bool) async {
        while !(state.withLock { $0.end != nil || isEnough($0) }) {
            await withCheckedContinuation { continuation in
                // Looked at again inside: the body may run a turn later.
                let goesOn = state.withLock { state in
                    if state.end != nil || isEnough(state) { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        }
    }

    // MARK: - The connection's end

    enum Taken: Equatable {
        case bytes(Int)
        /// The connection must wait for `wake`.
        case nothingYet
        /// All was taken and nothing will follow.
        case end
    }

    /// Nil when the bytes are in the buffer.
    func put(_ bytes: [UInt8]) -> EventStreamEnd? {
        let (end, wakes, waiting) = state.withLock { state in
            if let end = state.end { return (end, false, []) as Put }
            let fits = state.pending + bytes.count <= bufferBytesMax
            if fits { state.buffer += bytes } else { state.end = .tooSlow }
            defer { state.connectionWaits = false }
            return (state.end, state.connectionWaits || !fits, fits ? [] : state.takeWaiting())
        }
        for continuation in waiting { continuation.resume() }
        if wakes { wake() }
        return end
    }

    private typealias Put = (EventStreamEnd?, Bool, [CheckedContinuation<Void, Never>])

    func take(into space: UnsafeMutableRawBufferPointer) -> Taken {
        let (taken, waiting) = state.withLock { state in
            let count = min(space.count, state.pending)
            guard count > 0 else {
                if state.end != nil { return (Taken.end, state.takeWaiting()) }
                state.connectionWaits = true
                return (.nothingYet, [])
            }
            unsafe space.copyBytes(from: state.buffer[state.taken..<state.taken + count])
            state.taken += count
            guard state.pending == 0 else { return (.bytes(count), []) }
            state.buffer.removeAll(keepingCapacity: state.buffer.capacity <= Self.bufferBytesKept)
            state.taken = 0
            return (.bytes(count), state.takeWaiting())
        }
        for continuation in waiting { continuation.resume() }
        return taken
    }

    /// A quiet stream's buffer is not worth more.
    private static let bufferBytesKept = 1_024

    /// Ends the stream, if nothing has before. What is in the buffer may still be taken.
    func finish(_ end: EventStreamEnd) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = end }
            return state.takeWaiting()
        }
        for continuation in waiting { continuation.resume() }
    }

    var isDrained: Bool { state.withLock { $0.pending == 0 } }
}
