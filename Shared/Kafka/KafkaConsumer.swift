internal import CRDKafka
public import Reactor

/// How a consumer behaves. All members of a group must agree on the session timeout and assignor.
public struct KafkaConsumerOptions: Sendable {
    /// Records a batch at the most.
    public var batchRecordsMax = 500
    /// A batch is closed when its keys and values reach this.
    public var batchBytesMax = 8 << 20
    /// How long a batch may be in hand, and `next` uncalled, while a rebalance waits for it. After that the group
    /// goes on without this consumer; the batch's commit fails with `.batchLost` and it is delivered again.
    public var batchHoldMax: Duration = .seconds(60)
    /// How soon the group notices that a member has died. 6 s is the least that Apache Kafka allows; the embedded
    /// broker needs more than 3 s, or members die while it waits for the first of them to join.
    public var sessionTimeout: Duration = .seconds(6)
    /// How long a broker may hold an empty fetch. Apache Kafka answers as soon as there is a record; the embedded
    /// broker does not, so that this is its latency. An idle consumer asks each broker once in this time.
    public var fetchWaitMax: Duration = .milliseconds(10)
    /// How long `commit` waits for the group's coordinator.
    public var commitWaitMax: Duration = .seconds(10)

    public init() {}
}

/// A member of a group: one batch at a time, committed when its effects are.
///
/// It owns a librdkafka consumer and which batch is in hand. It refuses to let a rebalance pass while a batch is
/// in hand: events of the group are only looked at inside `next` and `close`, so partitions move after the
/// commit or the abandonment (range assignor, eager: all partitions are given back, then given out). And it
/// commits nothing by itself: committed offsets may lag behind the effects and never lead them.
///
/// When the bootstrap file names another broker while all are down, a new librdkafka consumer is made inside: the
/// batch in hand is lost (`.batchLost`), an `assigned` event follows, and reading starts from what the group has
/// committed there (nothing, on a fresh broker).
public actor KafkaConsumer {
    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    public nonisolated let group: String
    public nonisolated let topics: [String]
    let configuration: KafkaConfiguration
    let options: KafkaConsumerOptions
    let events: KafkaEventHandler?

    var session: ConsumerSession?
    var ticking: LoopTimer?
    var brokersAreDown = false
    var clusterIDSeen: String?
    var isClosing = false

    private var waiter: (number: Int, continuation: Waiter)?
    private var lastWaiterNumber = 0
    private var inHand: (batch: KafkaBatch, session: ConsumerSession)?
    /// Partitions that were led elsewhere while a batch with records of theirs was in hand.
    private var overtaken: Set<KafkaTopicPartition> = []
    private var seeksUnderWay = 0
    private var lastBatchNumber = 0
    private var lostBatchTold = 0
    private var emptyHand: Latch?
    private let closed = Latch()

    /// Checks the settings and starts librdkafka's threads; joins the group in the background. From any thread.
    public init(
        _ configuration: KafkaConfiguration, group: String, topics: [String], on loop: EventLoop,
        options: KafkaConsumerOptions = KafkaConsumerOptions(), events: KafkaEventHandler? = nil
    ) throws(KafkaError) {
        try ClientProperties.check(configuration)
        self.configuration = configuration
        self.group = group
        self.topics = topics
        self.loop = loop
        self.options = options
        self.events = events
        let first = try Self.makeClient(configuration, group: group, options: options)
        loop.execute { self.assumeIsolated { $0.start(first) } }
    }

    // MARK: - Batches

    /// Waits for records and hands them out; `nil` when the consumer closes or the calling task is cancelled.
    /// The batch before must have been committed or abandoned.
    public func next() async throws(KafkaError) -> KafkaBatch? {
        lastWaiterNumber += 1
        let number = lastWaiterNumber
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { startWaiting($0, number) }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.endWaiting(number) } }
        }
        return try result.get()
    }

    private typealias Waiter = CheckedContinuation<Result<KafkaBatch?, KafkaError>, Never>

    private func startWaiting(_ continuation: Waiter, _ number: Int) {
        guard inHand == nil, waiter == nil else {
            let error = KafkaError(.misuse, retriable: false, "a batch is in hand or awaited already")
            continuation.resume(returning: .failure(error))
            return
        }
        guard !isClosing, !Task.isCancelled else {
            continuation.resume(returning: .success(nil))
            return
        }
        waiter = (number, continuation)
        drain()
    }

    /// Tells the group that everything up to the end of `batch` is done with. When it throws, the batch is no
    /// longer in hand all the same: a later commit covers it, or its records come again.
    public func commit(_ batch: KafkaBatch) async throws(KafkaError) {
        guard let (held, session) = inHand, held.number == batch.number else {
            throw KafkaError(.misuse, retriable: false, "the batch to be committed is not in hand")
        }
        guard overtaken.isEmpty else {
            abandon(batch)
            throw .batchLost
        }
        defer { release(batch) }
        guard session === self.session, !session.assignmentIsLost else { throw .batchLost }
        try await session.commit(batch, number: batch.number, within: options.commitWaitMax, on: loop)
    }

    /// Gives `batch` back unprocessed: its records come again, to this consumer or to another member.
    public func abandon(_ batch: KafkaBatch) {
        guard let (held, session) = inHand, held.number == batch.number else { return }
        if session === self.session { session.rewind(to: batch, but: overtaken) }
        release(batch)
    }

    private func release(_ batch: KafkaBatch) {
        guard inHand?.batch.number == batch.number else { return }
        inHand = nil
        overtaken = []
        emptyHand?.open()
    }

    /// Tells once when the group has gone on while a batch is in hand.
    func watchHand() {
        guard let (batch, session) = inHand, session.assignmentIsLost, batch.number != lostBatchTold else { return }
        lostBatchTold = batch.number
        events?(.failure(.batchLost))
    }

    /// The waiter of that number, not one that came after it.
    private func endWaiting(_ number: Int) {
        guard waiter?.number == number else { return }
        finishWaiting(with: nil)
    }

    private func finishWaiting(with batch: KafkaBatch?) {
        let ended = waiter
        waiter = nil
        ended?.continuation.resume(returning: .success(batch))
    }

    /// Looks into the queue while somebody waits for a batch, and hands out what is there.
    func drain() {
        guard let session else { return }
        session.client.clearWakeUp()
        session.handleReplies()
        guard waiter != nil, inHand == nil, seeksUnderWay == 0 else { return }
        let records = collect(session)
        guard !records.isEmpty, session === self.session else { return }
        lastBatchNumber += 1
        let batch = KafkaBatch(arrived: records, assignment: session.assignmentNumber, number: lastBatchNumber)
        session.noteHandedOut(batch)
        inHand = (batch, session)
        finishWaiting(with: batch)
    }

    /// Reads these partitions from other offsets on than the group has committed, until they are given out anew; those
    /// that are not assigned are left out. A batch in hand with records of theirs is lost: its commit fails with
    /// `.batchLost`, and all of it comes again. Nothing is handed out meanwhile. Asks librdkafka's main thread, and
    /// fails while that does not yet know where the group stands.
    public func seek(
        to offsets: [KafkaTopicPartition: Int64], within limit: Duration = .seconds(5)
    ) async throws(KafkaError) {
        let client = try currentClient()
        guard let session else { return }
        let assignment = session.assignmentNumber
        let wanted = offsets.filter { session.assigned.contains($0.key) }
        guard !wanted.isEmpty else { return }
        seeksUnderWay += 1
        defer {
            seeksUnderWay -= 1
            drain()
        }
        for stretch in inHand?.batch.stretches ?? [] where wanted[stretch.partition] != nil {
            overtaken.insert(stretch.partition)
        }
        try await onOwnThread { () throws(KafkaError) in try client.blockingSeek(to: wanted, within: limit) }
        if session === self.session, session.assignmentNumber == assignment { session.noteSought(wanted) }
    }

    // MARK: - Closing

    /// Waits until the batch in hand is committed or abandoned, leaves the group, and stops; at `limit` without
    /// that (the group then notices by the session timeout). `next` returns nil from now on. Never throws, and
    /// is not cut short by cancellation. A second call waits for the first.
    public func close(within limit: Duration) async {
        guard !isClosing else { return await closed.wait() }
        isClosing = true
        defer { closed.open() }
        let deadline = ContinuousClock.now + limit
        ticking?.cancel()
        finishWaiting(with: nil)
        if inHand != nil {
            let empty = Latch()
            emptyHand = empty
            await empty.wait(atMost: limit, on: loop)
        }
        await session?.leaveGroup(within: max(.zero, deadline - .now), on: loop)
        let destroyed = session?.client.destroyed
        session?.stopWatching()
        session = nil
        inHand = nil
        await destroyed?.wait(atMost: max(.zero, deadline - .now), on: loop)
    }

    // MARK: - Knowing

    /// The id of the cluster that answers now. Costs nothing once a broker has told it.
    public func clusterID(within limit: Duration = .seconds(5)) async throws(KafkaError) -> String {
        let client = try currentClient()
        if let id = client.cachedClusterID { return id }
        return try await onOwnThread { () throws(KafkaError) in try client.blockingClusterID(within: limit) }
    }

    /// How many records of each assigned partition are still to be handed out, by the last fetch's answer.
    /// A partition of which nothing is known yet is left out.
    public func lag() -> [KafkaLag] { session?.lag() ?? [] }

    /// For each assigned partition what the group has committed and what the broker holds. Asks the brokers.
    public func assignment(within limit: Duration = .seconds(5)) async throws(KafkaError) -> [KafkaAssignment] {
        let client = try currentClient()
        let partitions = session?.assigned ?? []
        let found = try await onOwnThread { () throws(KafkaError) in
            try client.blockingAssignment(of: partitions, within: limit)
        }
        let sought = session?.sought ?? [:]
        return found.map { partition in
            KafkaAssignment(
                partition: partition.partition, committed: sought[partition.partition] ?? partition.committed,
                low: partition.low, high: partition.high)
        }
    }

    private func currentClient() throws(KafkaError) -> Client {
        guard !isClosing else { throw .closed }
        guard let client = session?.client else {
            throw KafkaError(.failed, retriable: true, "the bootstrap file names no broker yet")
        }
        return client
    }
}

/// Records that a partition holds and this consumer has not handed out yet.
public struct KafkaLag: Sendable, Hashable {
    public let partition: KafkaTopicPartition
    public let records: Int64
}

/// An assigned partition as the group and the broker know it.
public struct KafkaAssignment: Sendable, Hashable {
    public let partition: KafkaTopicPartition
    /// Where the group goes on; `nil` if it never committed anything here (it begins at `low`). Where this consumer was
    /// led by `seek`, until it commits.
    public let committed: Int64?
    /// The first offset that the broker still has.
    public let low: Int64
    /// The offset that the next record will get.
    public let high: Int64

    /// Whether records were deleted before the group has seen them.
    public var hasLostRecords: Bool { low > (committed ?? 0) }
}
