/// A request's way through the listener. Called by the library within `run`, on the loop's thread; a false answer
/// closes the connection.
extension Listener {
    func opened(_ peer: Peer) {
        peers[ObjectIdentifier(peer)] = peer
        enter(.idle, peer)
    }

    func requestLineArrived(_ exchange: Exchange) {
        exchange.peer.exchange = exchange
        enter(.head, exchange.peer)
        // The library takes the query apart before we see it, at 64 bytes of the connection's memory a parameter, and
        // waits for ever when that is used up: refused here and now, past it.
        guard Query.isTooLong(exchange.rawTarget) else { return }
        farewell(exchange, Response(.malformedRequest(Query.tooMany.reason)))
        exchange.connection.cutOff()
    }

    func closed(_ peer: Peer) {
        // At its bound the library looks away from the listening socket, and looks again only when it next runs: no
        // event would make it, and who waits in the backlog would wait on.
        if peers.count >= configuration.limits.connectionsMax { runSoon() }
        peers[ObjectIdentifier(peer)] = nil
    }

    /// Decides, before a byte of the body is read, whether and by whom the request is answered.
    func headArrived(_ exchange: Exchange, method: String, version: String) -> Bool {
        exchange.method = method
        exchange.isOpen = true
        exchangesOpen += 1
        if configuration.events.onAccess != nil { exchange.began = .now }

        let headers = exchange.connection.requestHeaders
        let framing: RequestHeadCheck.Sound
        do {
            try configuration.limits.check(rawTarget: exchange.rawTarget, headers)
            framing = try RequestHeadCheck.check(method: method, version: version, headers: headers)
            let head = try RequestHead(
                method: framing.method, rawTarget: exchange.rawTarget, headers: headers,
                remoteAddress: exchange.peer.remoteAddress)
            exchange.head = head
            exchange.match = routes.match(head.method, head.target)
        } catch {
            // Where the next request begins, if there is one, is anyone's guess: answer and close.
            return answer(exchange, Response(error), closing: true)
        }

        enter(.body, exchange.peer)
        guard let refusal = refusal(of: framing, headers, exchange.match.options) else {
            exchange.phase = .body
            if case .length(let length) = framing.body {
                // No more than comes at once: a length is cheap to claim.
                exchange.body.reserveCapacity(min(Int(length), configuration.limits.connectionMemoryBytesMax))
            }
            return true
        }
        if canDiscard(framing) {
            exchange.phase = .refused(Response(refusal))
            return true
        }
        return answer(exchange, Response(refusal), closing: true)
    }

    private func refusal(
        of framing: RequestHeadCheck.Sound, _ headers: RequestHeaders, _ options: RouteOptions
    ) -> Problem? {
        guard framing.body != .none else { return nil }
        if case .length(let length) = framing.body, length > Int64(options.bodyBytesMax) {
            return .bodyTooLarge(bytesMax: options.bodyBytesMax)
        }
        let coding = headers["Content-Encoding"]?.lowercased()
        guard coding == nil || coding == "identity", options.accepts(mediaType: headers["Content-Type"]) else {
            return .unsupportedMediaType(accepted: options.mediaTypes ?? ["*/*"])
        }
        return nil
    }

    /// Whether a refused body is read and thrown away. A client that waits for `100 Continue` sends none.
    private func canDiscard(_ framing: RequestHeadCheck.Sound) -> Bool {
        if framing.expectsContinue { return false }
        if case .length(let length) = framing.body {
            return length <= Int64(configuration.limits.discardedBodyBytesMax)
        }
        return true
    }

    func bodyArrived(_ exchange: Exchange, _ bytes: UnsafeRawBufferPointer) -> Bool {
        if case .body = exchange.phase {
            let bytesMax = exchange.match.options.bodyBytesMax
            if exchange.body.count + bytes.count <= bytesMax {
                unsafe exchange.body.append(contentsOf: bytes)
                return true
            }
            exchange.body = []
            exchange.phase = .refused(Response(.bodyTooLarge(bytesMax: bytesMax)))
        }
        guard case .refused(let response) = exchange.phase else { return true }
        exchange.discardedBytes += bytes.count
        if exchange.discardedBytes <= configuration.limits.discardedBodyBytesMax { return true }
        // The library takes no answer amid a body, so this one goes past it.
        farewell(exchange, response)
        return false
    }

    /// Answers past the library; the connection must end after.
    func farewell(_ exchange: Exchange, _ response: Response) {
        note(response, of: exchange)
        exchange.phase = .answered
        exchange.connection.sendFarewell(response.asFarewell)
    }

    /// The body is read, or the handler has answered.
    func requestIsWhole(_ exchange: Exchange) -> Bool {
        switch exchange.phase {
        case .body: return startHandler(exchange)
        case .refused(let response), .ready(let response): return answer(exchange, response)
        case .head, .handler: return true
        // Past the library, which sees the socket's end only when it reads again.
        case .answered: return false
        }
    }

    // MARK: - The handler

    private func startHandler(_ exchange: Exchange) -> Bool {
        guard let head = exchange.head else { return false }
        guard !isStopping else { return answer(exchange, Response(.shuttingDown)) }
        guard handlersAtWork < configuration.limits.requestsInFlightMax else {
            return answer(exchange, Response(.overloaded()))
        }
        handlersAtWork += 1
        exchange.phase = .handler
        let request = Request(head: head, pathParameters: exchange.match.parameters, body: exchange.body)
        exchange.body = []
        // Runs here and now, within the library's callback, up to its first true wait. Without a task executor's
        // preference: with one, even that of this very loop, the runtime queues the task instead (Swift 6.3).
        let task = Task.immediate {
            let response = await routes.respond(to: request, by: exchange.match) { error, request in
                configuration.events.onInternalError?(error, request)
            }
            self.handlerEnded(exchange, response)
        }
        if case .ready(let response) = exchange.phase { return answer(exchange, response) }
        exchange.handler = task
        exchange.isSuspended = true
        exchange.connection.suspend()
        enter(.handler, exchange.peer)
        return true
    }

    private func handlerEnded(_ exchange: Exchange, _ response: Response) {
        handlersAtWork -= 1
        exchange.handler = nil
        // Its connection may be gone, or it may have been answered for in its stead.
        guard case .handler = exchange.phase, exchange.isAlive else { return }
        exchange.phase = .ready(response)
        resume(exchange)
    }

    /// Gives up on a handler that is at work: cancels its task and answers for it.
    func abandonHandler(of peer: Peer, answer problem: Problem) {
        guard let exchange = peer.exchange, case .handler = exchange.phase else { return }
        exchange.handler?.cancel()
        exchange.closesConnection = true
        exchange.phase = .ready(Response(problem))
        resume(exchange)
    }

    func resume(_ exchange: Exchange) {
        guard exchange.isSuspended else { return }
        exchange.isSuspended = false
        exchange.connection.resume()
        // The run that follows calls `requestIsWhole` again.
        runSoon()
    }

    // MARK: - The answer

    private func answer(_ exchange: Exchange, _ response: Response, closing: Bool = false) -> Bool {
        exchange.phase = .answered
        let closes = closing || exchange.closesConnection || isDraining
        if case .events(let events) = response.body, exchange.head?.method != .head {
            return answer(exchange, response, events, closing: closes)
        }
        note(response, of: exchange)
        enter(.write, exchange.peer)
        if exchange.connection.answer(response, closing: closes) { return true }
        // A header with a line break, or a file that was answered before: the handler's mistake.
        let fallback = Response(.internalError)
        note(fallback, of: exchange)
        return exchange.connection.answer(fallback, closing: closes)
    }

    private func answer(
        _ exchange: Exchange, _ response: Response, _ events: EventStream, closing: Bool
    ) -> Bool {
        guard streams < configuration.limits.eventStreamsMax else {
            return answer(exchange, Response(.overloaded(retryAfterSeconds: 5)), closing: closing)
        }
        let stream = makeStream(for: exchange)
        guard exchange.connection.answer(response, from: stream, of: self, closing: closing) else {
            return answer(exchange, Response(.internalError), closing: closing)
        }
        note(response, of: exchange)
        exchange.durationToBegin = exchange.began.map { .now - $0 }
        begin(stream, events)
        return true
    }

    private func note(_ response: Response, of exchange: Exchange) {
        exchange.status = response.status
        exchange.bytesAnnounced = exchange.head?.method == .head ? 0 : response.body.count
    }

    /// The library is through with the request, one way or the other.
    func completed(_ exchange: Exchange, whole: Bool) {
        exchange.isAlive = false
        exchange.handler?.cancel()
        let peer = exchange.peer
        enter(.idle, peer)
        peer.exchange = nil
        if let stream = exchange.stream { ended(stream) }
        let status = exchange.status ?? exchange.connection.queuedStatus
        if exchange.isOpen || status != nil {
            configuration.events.onAccess?(record(of: exchange, status: status, whole: whole))
        }
        if exchange.isOpen, exchange.stream == nil { exchangeEnded() }
        // Nothing points back from here: each holds the other while the stream lasts.
        exchange.stream = nil
    }

    private func record(of exchange: Exchange, status: Int?, whole: Bool) -> AccessRecord {
        AccessRecord(
            method: exchange.method, route: exchange.match.parameters.pattern, status: status,
            duration: exchange.durationToBegin ?? exchange.began.map { .now - $0 } ?? .zero,
            bytes: exchange.stream?.bytes ?? exchange.bytesAnnounced,
            isComplete: whole && status != nil, remoteAddress: exchange.peer.remoteAddress)
    }
}

extension ListenerLimits {
    fileprivate func check(rawTarget: String, _ headers: RequestHeaders) throws(Problem) {
        guard rawTarget.utf8.count <= targetBytesMax else {
            throw Problem(
                .targetTooLong,
                detail: "A request target of at most \(targetBytesMax) bytes is read here.")
        }
        guard headers.byteCount <= headerBytesMax, headers.count <= headersMax else {
            throw Problem(
                .headersTooLarge,
                detail: "At most \(headersMax) header fields of \(headerBytesMax) bytes in all are read here.")
        }
    }
}

extension Response {
    /// The whole answer as bytes, for the one case in which the library cannot send it.
    var asFarewell: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        var head = "HTTP/1.1 \(status) Refused\r\n"
        for (name, value) in headers.fields { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(bytes.count)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + bytes
    }
}
