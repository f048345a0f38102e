public import Reactor

/// An HTTP/1.1 client on an event loop, over libcurl's multi-socket interface. For what calls out: payments, key sets,
/// telemetry, and our own services in tests and commands.
///
/// Redirects are not followed and only http and https are spoken. Connections are kept and used again. Lives until
/// `close`.
public actor Client {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let configuration: ClientConfiguration
    private var multi: Multi?
    private var watches: [Int32: Watch] = [:]
    private var timer: LoopTimer?
    private var underWay: [UInt64: UnderWay] = [:]
    private var nextNumber: UInt64 = 0
    private var isClosed = false

    private struct UnderWay {
        let transfer: Transfer
        let continuation: CheckedContinuation<Result<ClientResponse, ClientError>, Never>
    }

    public init(on loop: EventLoop, configuration: ClientConfiguration = ClientConfiguration()) {
        self.loop = loop
        self.configuration = configuration
    }

    /// Sends the request and waits for the whole answer. A status of any kind is an answer, not an error.
    public func send(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
        if let fault = request.fault { throw ClientError(.invalidRequest, request, fault) }
        guard underWay.count < configuration.requestsInFlightMax else {
            throw ClientError(
                .overloaded, request, "\(configuration.requestsInFlightMax) requests are under way already")
        }
        nextNumber += 1
        let number = nextNumber
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { begin(number, request, $0) }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.end(number, .cancelled, "cancelled") } }
        }
        return try outcome.get()
    }

    /// Fails what is under way and closes every connection. Requests after this fail. Twice is fine.
    public func close() {
        isClosed = true
        for number in underWay.keys { end(number, .closed, "the client was closed") }
        timer?.cancel()
        for watch in watches.values { watch.cancel() }
        watches = [:]
        guard let multi else { return }
        self.multi = nil
        multi.close()
        // Balances the retain of `openMulti`.
        unsafe Unmanaged.passUnretained(self).release()
    }

    // MARK: - Transfers

    private func begin(
        _ number: UInt64, _ request: ClientRequest,
        _ continuation: CheckedContinuation<Result<ClientResponse, ClientError>, Never>
    ) {
        guard !isClosed, let multi = openMulti() else {
            return continuation.resume(returning: .failure(ClientError(.closed, request, "the client is closed")))
        }
        let transfer = Transfer(number, request, configuration)
        underWay[number] = UnderWay(transfer: transfer, continuation: continuation)
        guard transfer.isReady, multi.add(transfer) else {
            return end(number, .other, "libcurl took no further request")
        }
    }

    private func openMulti() -> Multi? {
        if let multi { return multi }
        // The callbacks' context: kept until `close`, for libcurl holds the pointer as long.
        let context = unsafe Unmanaged.passRetained(self)
        multi = unsafe Multi(configuration, context: context.toOpaque())
        if multi == nil { unsafe context.release() }
        return multi
    }

    /// Takes the transfer away from libcurl, wherever it stands.
    private func end(_ number: UInt64, _ kind: ClientError.Kind, _ text: String) {
        guard let ended = underWay.removeValue(forKey: number) else { return }
        multi?.remove(ended.transfer)
        ended.continuation.resume(returning: .failure(ClientError(kind, ended.transfer.request, text)))
    }

    private func takeFinished() {
        while let (number, code) = multi?.nextFinished() {
            guard let finished = underWay.removeValue(forKey: number) else { continue }
            multi?.remove(finished.transfer)
            finished.continuation.resume(returning: finished.transfer.outcome(code))
        }
    }

    // MARK: - What libcurl wants to be told

    /// libcurl wants to hear of a socket, or no longer (an empty interest).
    func watch(_ socket: Int32, for interest: Interest) {
        guard multi != nil else { return }
        do {
            if interest.isEmpty {
                watches.removeValue(forKey: socket)?.cancel()
            } else if let watch = watches[socket] {
                try watch.change(to: interest)
            } else {
                watches[socket] = try loop.watch(socket, for: interest) { readiness in
                    self.multi?.act(on: socket, readiness)
                    self.takeFinished()
                }
            }
        } catch {
            // The transfer on this socket runs into its deadline, the only thing left that can end it.
            watches.removeValue(forKey: socket)?.cancel()
        }
    }

    /// libcurl wants to be called after a time (nil: not any more). Never at once: it is in the midst of a call.
    func callBack(after delay: Duration?) {
        timer?.cancel()
        timer = delay.map { delay in
            loop.schedule(after: delay) {
                self.multi?.actOnTimeout()
                self.takeFinished()
            }
        }
    }
}
