internal import CRDKafka
public import Reactor

/// Sends records in order and tells of each whether it is safe.
///
/// It owns a librdkafka producer and what waits in it, and makes a new one when that fails for good or when the
/// bootstrap file names another broker. It refuses to give up a record by itself while brokers are away
/// (a later one would overtake it): `send` returns when every record has its answer, or at `close`.
///
/// Acknowledged means written by all replicas in sync (`acks=all`), once, and in order within a partition
/// (idempotent producer). A keyed record's partition is what the Java client would choose (murmur2).
public actor KafkaProducer {
    /// Records that were handed over and have no answer yet; more senders wait.
    public static let recordsInFlightMax = 20_000
    /// Bytes of the same.
    public static let bytesInFlightMax = 64 << 20
    /// Calls of `send` that may wait for their turn; more are refused.
    public static let sendersWaitingMax = 1_024

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    let configuration: KafkaConfiguration
    let events: KafkaEventHandler?
    var session: ProducerSession?
    var ticking: LoopTimer?
    var brokersAreDown = false
    var clusterIDSeen: String?
    var isClosing = false
    var renewalPause = RenewalPause()
    /// No client is made before.
    var pausesUntil = ContinuousClock.now

    private var isSending = false
    private var senders: [CheckedContinuation<Void, Never>] = []
    private var sendersHead = 0
    private var roomWaiter: CheckedContinuation<Void, Never>?
    private var sessionWaiters: [CheckedContinuation<Void, Never>] = []
    private var idleLatch: Latch?
    private let closed = Latch()

    /// Checks the settings and starts librdkafka's threads; connects in the background. From any thread.
    public init(
        _ configuration: KafkaConfiguration, on loop: EventLoop, events: KafkaEventHandler? = nil
    ) throws(KafkaError) {
        try ClientProperties.check(configuration)
        self.configuration = configuration
        self.loop = loop
        self.events = events
        let first = try Self.makeClient(configuration)
        loop.execute { self.assumeIsolated { $0.start(first) } }
    }

    // MARK: - Sending

    /// Sends `records` in their order, after those of earlier calls, and returns one result a record, in order.
    ///
    /// A failed record does not stop the ones behind it. After a `.fatal` or `.brokerReplaced` failure nothing
    /// is known of the failed records: send them again. Not cut short by cancellation, only by `close` and `abandon`.
    ///
    /// - Parameter deadline: nothing is handed to librdkafka from then on. A call that is found late fails with
    ///   `.late`, and with it all that waits in the client, as by `abandon`.
    public func send(
        _ records: [KafkaRecord], before deadline: ContinuousClock.Instant? = nil
    ) async -> [Result<KafkaPosition, KafkaError>] {
        let delivery = Delivery(count: records.count)
        do throws(KafkaError) {
            try await takeTurn()
            defer { passTurn() }
            let session = try await readySession()
            for index in records.indices {
                while session.ended == nil {
                    try checkTime(deadline, delivery)
                    if session.produce(records[index], delivery, index) != .full { break }
                    await waitForRoom(in: session)
                }
                if let fatal = session.fatalError, session.ended == nil { renew(because: fatal) }
                if let ended = session.ended { throw ended }
            }
        } catch {
            delivery.failTheUnsent(error)
        }
        return await delivery.results()
    }

    private func checkTime(_ deadline: ContinuousClock.Instant?, _ delivery: Delivery) throws(KafkaError) {
        guard let deadline, .now >= deadline else { return }
        if delivery.handedOver > 0 { abandon(.late) }
        throw .late
    }

    /// Gives up what has no answer yet: it fails with `.abandoned`, and what is not on its way to a broker never will be.
    ///
    /// What librdkafka has already written to its socket can't be recalled, and its threads do not wait for this call.
    public func abandon() { abandon(.abandoned) }

    private func abandon(_ reason: KafkaError) {
        // A new client: this one would have to come to terms with the numbers of what it threw away.
        if let session, session.pending > 0 { renew(because: reason) }
    }

    /// The id of the cluster that answers now: another id is another cluster, without what the first one held.
    /// Costs nothing once a broker has told it.
    public func clusterID(within limit: Duration = .seconds(5)) async throws(KafkaError) -> String {
        guard !isClosing else { throw .closed }
        guard let client = session?.client else {
            throw KafkaError(.failed, retriable: true, "the bootstrap file names no broker yet")
        }
        if let id = client.cachedClusterID { return id }
        return try await onOwnThread { () throws(KafkaError) in try client.blockingClusterID(within: limit) }
    }

    /// Waits for answers, then stops; at `limit` what is unanswered fails with `.closed`. Never throws, and is
    /// not cut short by cancellation. A second call waits for the first.
    public func close(within limit: Duration) async {
        guard !isClosing else { return await closed.wait() }
        isClosing = true
        defer { closed.open() }
        let deadline = ContinuousClock.now + limit
        ticking?.cancel()
        if let session, session.pending > 0 || isSending {
            let idle = Latch()
            idleLatch = idle
            await idle.wait(atMost: limit, on: loop)
        }
        let destroyed = session?.client.destroyed
        endSession(.closed)
        wakeSessionWaiters()
        await destroyed?.wait(atMost: max(.zero, deadline - .now), on: loop)
    }

    /// Records that librdkafka was given and that have no answer yet.
    var pending: Int { session?.pending ?? 0 }

    // MARK: - Turns: one call hands over its records at a time

    private func takeTurn() async throws(KafkaError) {
        guard !isClosing else { throw .closed }
        guard !isSending || senders.count - sendersHead < Self.sendersWaitingMax else {
            throw KafkaError(.queueFull, retriable: true, "\(Self.sendersWaitingMax) calls wait to send already")
        }
        // Here and below what is waited for is looked at inside the closure: a task that does not prefer this
        // loop is queued again on the way into it, and what it waits for may happen meanwhile.
        await withCheckedContinuation { continuation in
            if isSending {
                senders.append(continuation)
            } else {
                isSending = true
                continuation.resume()
            }
        }
    }

    private func passTurn() {
        guard sendersHead < senders.count else {
            senders.removeAll(keepingCapacity: true)
            sendersHead = 0
            isSending = false
            noteIdle()
            return
        }
        let next = senders[sendersHead]
        sendersHead += 1
        next.resume()
    }

    private func readySession() async throws(KafkaError) -> ProducerSession {
        while true {
            if let session { return session }
            if isClosing { throw .closed }
            await withCheckedContinuation { continuation in
                if session != nil || isClosing {
                    continuation.resume()
                } else {
                    sessionWaiters.append(continuation)
                }
            }
        }
    }

    private func waitForRoom(in session: ProducerSession) async {
        await withCheckedContinuation { continuation in
            // With nothing pending no answer would come that could wake us.
            if session.ended != nil || session.pending == 0 {
                continuation.resume()
            } else {
                roomWaiter = continuation
            }
        }
    }

    func wakeSessionWaiters() {
        let waiting = sessionWaiters
        sessionWaiters = []
        for continuation in waiting { continuation.resume() }
    }

    /// After answers came, or after the session ended.
    func wakeSender() {
        roomWaiter?.resume()
        roomWaiter = nil
        noteIdle()
    }

    private func noteIdle() {
        guard !isSending, pending == 0 else { return }
        idleLatch?.open()
    }
}
