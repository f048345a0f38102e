internal import CRDKafka
internal import Reactor

/// One librdkafka consumer, its assignment and positions. Belongs to the consumer.
final class ConsumerSession {
    let client: Client
    private let events: KafkaEventHandler?
    private var watch: ClientWatch?
    private(set) var assigned: [KafkaTopicPartition] = []
    private(set) var assignmentNumber = 0
    /// The offset behind the last record handed out.
    private var positions: [KafkaTopicPartition: Int64] = [:]
    /// Partitions that are read from another offset than the group's, until the group has committed a new one.
    private(set) var sought: [KafkaTopicPartition: Int64] = [:]
    private var committing: (number: Int, continuation: CheckedContinuation<rd_kafka_resp_err_t, Never>)?
    private var left: Latch?

    init(client: Client, events: KafkaEventHandler?) {
        self.client = client
        self.events = events
    }

    /// Calls `body` when there is something in the client's queues. Loop's thread.
    func startWatching(on loop: EventLoop, _ body: @escaping () -> Void) throws(KafkaError) {
        watch = try ClientWatch(client, on: loop, body)
    }

    func stopWatching() {
        watch?.cancel()
        watch = nil
        finishCommit(with: RD_KAFKA_RESP_ERR__DESTROY)
    }

    func subscribe(to topics: [String]) throws(KafkaError) {
        let list = PartitionList()
        for topic in topics { list.add(KafkaTopicPartition(topic: topic, partition: -1)) }
        let code = unsafe client.withHandle { handle in unsafe rd_kafka_subscribe(handle, list.pointer) }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code: code, while: "subscribing") }
    }

    // MARK: - The group

    /// Follows what the group has decided. `rd_kafka_assign` waits for librdkafka's main thread, which never
    /// waits for the network itself.
    func rebalance(_ event: borrowing Event) {
        let isAssign = event.code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        let partitions = unsafe event.withPartitions { list in
            unsafe client.withHandle { handle in _ = unsafe rd_kafka_assign(handle, isAssign ? list : nil) }
            return unsafe PartitionList.elements(of: list).map(\.partition)
        }
        positions = [:]
        sought = [:]
        assigned = isAssign ? partitions.sorted() : []
        if isAssign { assignmentNumber += 1 }
        events?(isAssign ? .assigned(assigned) : .revoked(partitions.sorted()))
    }

    /// Whether the group has gone on without us (a batch was held too long, or heartbeats did not arrive).
    var assignmentIsLost: Bool {
        unsafe client.withHandle { handle in unsafe rd_kafka_assignment_lost(handle) != 0 }
    }

    // MARK: - Records

    /// Returns the bytes of what was appended.
    func appendRecords(of event: borrowing Event, to records: inout [KafkaRecord]) -> Int {
        var bytes = 0
        unsafe event.forEachMessage { message in
            let code = unsafe message.pointee.err
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                events?(.failure(KafkaError(code: code, while: "fetching")))
                return
            }
            unsafe bytes += message.pointee.len + message.pointee.key_len
            unsafe records.append(KafkaRecord(received: message))
        }
        return bytes
    }

    func noteHandedOut(_ batch: KafkaBatch) {
        for stretch in batch.stretches { positions[stretch.partition] = stretch.lastOffset + 1 }
    }

    /// Everything of `batch` comes again, but for partitions that a `seek` has led elsewhere. The seek puts a barrier
    /// before what is fetched already, at once; it cannot fail for a partition that is being read, and one that is not
    /// begins at the committed offset.
    func rewind(to batch: KafkaBatch, but sought: Set<KafkaTopicPartition> = []) {
        let list = PartitionList()
        for stretch in batch.stretches where assigned.contains(stretch.partition) {
            if sought.contains(stretch.partition) { continue }
            list.add(stretch.partition, offset: stretch.firstOffset)
            positions[stretch.partition] = stretch.firstOffset
        }
        guard !list.isEmpty else { return }
        let error = unsafe client.withHandle { handle in unsafe rd_kafka_seek_partitions(handle, list.pointer, 0) }
        if let error = unsafe error {
            events?(.failure(unsafe KafkaError(consuming: error, while: "rewinding")))
        }
    }

    func noteSought(_ offsets: [KafkaTopicPartition: Int64]) {
        for (partition, offset) in offsets {
            positions[partition] = offset
            sought[partition] = offset
        }
    }

    func lag() -> [KafkaLag] {
        assigned.compactMap { partition in
            guard let position = positions[partition] else { return nil }
            var (low, high): (Int64, Int64) = (-1, -1)
            let code = unsafe client.withHandle { handle in
                unsafe rd_kafka_get_watermark_offsets(
                    handle, partition.topic, partition.partition, &low, &high)
            }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
            return KafkaLag(partition: partition, records: max(0, high - position))
        }
    }

    // MARK: - Committing and leaving

    func commit(
        _ batch: KafkaBatch, number: Int, within limit: Duration, on loop: EventLoop
    ) async throws(KafkaError) {
        let list = PartitionList()
        for stretch in batch.stretches { list.add(stretch.partition, offset: stretch.lastOffset + 1) }
        let code = await withCheckedContinuation { continuation in
            committing = (number, continuation)
            let code = unsafe client.withHandle { handle in
                unsafe client.withReplyQueue { replies in
                    unsafe rd_kafka_commit_queue(
                        handle, list.pointer, replies, nil, UnsafeMutableRawPointer(bitPattern: number))
                }
            }
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { finishCommit(with: code) }
            loop.schedule(after: limit) { [weak self] in
                if self?.committing?.number == number { self?.finishCommit(with: RD_KAFKA_RESP_ERR__TIMED_OUT) }
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code: code, while: "committing offsets") }
        for stretch in batch.stretches { sought[stretch.partition] = nil }
    }

    private func finishCommit(with code: rd_kafka_resp_err_t) {
        committing?.continuation.resume(returning: code)
        committing = nil
    }

    /// Gives the partitions back and leaves the group.
    func leaveGroup(within limit: Duration, on loop: EventLoop) async {
        let left = Latch()
        self.left = left
        let error = unsafe client.withHandle { handle in
            unsafe client.withReplyQueue { replies in unsafe rd_kafka_consumer_close_queue(handle, replies) }
        }
        if let error = unsafe error {
            events?(.failure(unsafe KafkaError(consuming: error, while: "leaving the group")))
            return
        }
        handleReplies()
        await left.wait(atMost: limit, on: loop)
    }

    /// Answers to commits, and the last events of a consumer that leaves. Only looked at when one is awaited: to
    /// librdkafka 2.0 a look at any queue proves that the application is alive, and a batch that is held too
    /// long would go unnoticed.
    func handleReplies() {
        guard committing != nil || left != nil else { return }
        while let event = client.nextReply() {
            switch event.kind {
            case .offsetCommit:
                if committing?.number == event.commitNumber { finishCommit(with: event.code) }
            case .rebalance: rebalance(event)
            default: if let message = event.message { events?(message) }
            }
        }
        guard let left else { return }
        if unsafe client.withHandle({ handle in unsafe rd_kafka_consumer_closed(handle) != 0 }) { left.open() }
    }
}
