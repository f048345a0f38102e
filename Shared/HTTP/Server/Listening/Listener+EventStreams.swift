internal import Reactor

/// A stream of events under way. Belongs to the loop's thread.
///
/// `@unchecked Sendable`: as `Exchange`.
final class LiveStream: @unchecked Sendable {
    let exchange: Exchange
    let sink: EventSink
    var producer: Task<Void, Never>?
    /// Tells that the reader has left: the library does not look at a connection that is suspended.
    var departure: Watch?
    /// In ticks of the listener's deadlines: since when the buffer has something, nil while it has nothing.
    var stalledSince: Int?
    /// In ticks: when something was sent last.
    var sentLast: Int
    var bytes: Int64 = 0

    init(exchange: Exchange, sink: EventSink, tick: Int) {
        self.exchange = exchange
        self.sink = sink
        sentLast = tick
    }

    /// The watch's body holds the stream, which holds the watch: both would stay for ever.
    func unwatch() {
        departure?.cancel()
        departure = nil
    }
}

/// The life of server-sent events: a connection that has nothing to send is suspended, and resumed when it has.
extension Listener {
    func makeStream(for exchange: Exchange) -> LiveStream {
        let sink = EventSink(bufferBytesMax: configuration.limits.eventBufferBytesMax) { [weak self, weak exchange] in
            guard let self, let exchange else { return }
            self.loop.execute { self.assumeIsolated { $0.wakeStream(of: exchange) } }
        }
        return LiveStream(exchange: exchange, sink: sink, tick: ticks)
    }

    /// The answer's head is the library's to send; from here on the producer may begin.
    func begin(_ stream: LiveStream, _ events: EventStream) {
        let exchange = stream.exchange
        exchange.stream = stream
        enter(.stream, exchange.peer)
        streams += 1
        // A stream is no answer that a drain waits for: it ends when it is told to.
        exchangeEnded()
        exchange.connection.boundSendBuffer(bytes: configuration.limits.eventSocketBytesMax)
        do {
            stream.departure = try loop.watch(exchange.connection.descriptor, for: .departure) { _ in
                self.cut(stream, .departed)
            }
        } catch {
            configuration.events.onLibraryLog?("a reader of events cannot be watched: \(error)")
            return cut(stream, .departed)
        }
        producers += 1
        stream.producer = Task {
            do {
                try await events.produce(stream.sink)
            } catch {
                // That the stream has ended is no fault of the producer's.
                if stream.sink.end == nil, !(error is CancellationError), let request = exchange.request {
                    configuration.events.onInternalError?(error, request)
                }
            }
            self.end(stream, .finished)
            self.producerEnded()
        }
        if isDraining { end(stream, .shuttingDown) }
    }

    /// Called by the library when the connection can take bytes.
    func fill(_ space: UnsafeMutableRawBufferPointer, from stream: LiveStream) -> EventSink.Taken {
        let taken = unsafe stream.sink.take(into: space)
        if case .bytes(let count) = taken {
            stream.bytes += Int64(count)
            stream.sentLast = ticks
            if stream.sink.isDrained { stream.stalledSince = nil }
        }
        if taken == .nothingYet {
            stream.exchange.isSuspended = true
            stream.exchange.connection.suspend()
        }
        return taken
    }

    private func wakeStream(of exchange: Exchange) {
        guard exchange.isAlive, let stream = exchange.stream else { return }
        if stream.sink.end == .tooSlow { return cut(stream, .tooSlow) }
        resume(exchange)
    }

    /// Ends a stream in order: what is in the buffer goes out first.
    func end(_ stream: LiveStream, _ end: EventStreamEnd) {
        stream.sink.finish(end)
        stream.producer?.cancel()
        if stream.exchange.isAlive { resume(stream.exchange) }
    }

    /// Ends a stream and its connection here and now.
    private func cut(_ stream: LiveStream, _ end: EventStreamEnd) {
        stream.unwatch()
        self.end(stream, end)
        if stream.exchange.isAlive { stream.exchange.connection.cutOff() }
    }

    /// The library is through with the connection or the answer.
    func ended(_ stream: LiveStream) {
        streams -= 1
        stream.unwatch()
        stream.sink.finish(.departed)
        stream.producer?.cancel()
    }

    func endStreams(_ end: EventStreamEnd) {
        for peer in peers.values {
            if let stream = peer.exchange?.stream { self.end(stream, end) }
        }
    }

    /// At each tick: a heartbeat for the quiet, the end for those that do not read.
    func tend(_ stream: LiveStream) {
        let limits = configuration.limits
        guard stream.sink.isDrained else {
            let since = stream.stalledSince ?? ticks
            stream.stalledSince = since
            if duration(since: since) > limits.eventStallDurationMax { cut(stream, .tooSlow) }
            return
        }
        if duration(since: stream.sentLast) >= limits.eventHeartbeatEvery {
            stream.sentLast = ticks
            _ = stream.sink.put(ServerSentEvent.heartbeat)
        }
    }
}
