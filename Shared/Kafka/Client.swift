internal import CRDKafka
internal import Glibc
internal import Reactor

/// One `rd_kafka_t`, its queues, and the eventfd that tells when there is something in them.
///
/// It owns the handle: the last reference destroys it, on a thread of its own, since `rd_kafka_destroy` waits
/// for librdkafka's threads.
///
/// `@unchecked Sendable`: librdkafka's handles and queues may be used from any thread (its INTRODUCTION.md,
/// "Threads and callbacks"), and the fields never change.
@safe final class Client: @unchecked Sendable {
    enum Role { case producer, consumer }

    let address: String
    /// Readable when a queue has got something since it was last polled empty.
    let wakeUp: Int32
    let destroyed = Latch()
    private let role: Role
    private let handle: OpaquePointer
    private let events: Queue
    private let replies: Queue

    /// Starts librdkafka's threads; nothing is connected yet.
    init(_ role: Role, properties: ClientProperties) throws(KafkaError) {
        self.role = role
        address = properties["bootstrap.servers"] ?? ""
        let configuration = unsafe try properties.makeConfiguration()
        unsafe rd_kafka_conf_set_events(
            configuration,
            RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS
                | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT)
        let type = role == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        var reason = [CChar](repeating: 0, count: 512)
        guard let handle = unsafe rd_kafka_new(type, configuration, &reason, reason.count) else {
            unsafe rd_kafka_conf_destroy(configuration)
            let text = String(cBytes: reason)
            throw KafkaError(.configuration, retriable: false, "no Kafka client with these settings: \(text)")
        }
        unsafe self.handle = handle
        wakeUp = crk_eventfd()
        unsafe replies = Queue(owning: rd_kafka_queue_new(handle), wakeUp: wakeUp)
        unsafe rd_kafka_set_log_queue(handle, nil)
        switch role {
        case .producer:
            unsafe events = Queue(owning: rd_kafka_queue_get_main(handle), wakeUp: wakeUp)
        case .consumer:
            unsafe rd_kafka_poll_set_consumer(handle)
            unsafe events = Queue(owning: rd_kafka_queue_get_consumer(handle), wakeUp: wakeUp)
        }
    }

    deinit {
        // The queues' own references would keep the handle's threads busy with an eventfd that is closed here.
        events.release()
        replies.release()
        close(wakeUp)
        let (doomed, isConsumer, destroyed) = unsafe (Doomed(handle: handle), role == .consumer, destroyed)
        do {
            try startThread(name: "kafka-destroy") {
                // A consumer that was closed properly has left its group; one that was not must not wait for it.
                unsafe rd_kafka_destroy_flags(doomed.handle, isConsumer ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0)
                destroyed.open()
            }
        } catch {
            // No thread to be had: better a handle that stays until the process ends than a loop that blocks.
            destroyed.open()
        }
    }

    /// Lends the handle. It stays valid during `body`, also on another thread.
    @unsafe func withHandle<Result: ~Copyable, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(self) }
        return unsafe try body(handle)
    }

    @unsafe func withReplyQueue<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        defer { extendLifetime(self) }
        return unsafe body(replies.pointer)
    }

    /// Makes the eventfd quiet. Call it before polling, or a wake-up is lost.
    func clearWakeUp() {
        var count: UInt64 = 0
        _ = unsafe read(wakeUp, &count, MemoryLayout<UInt64>.size)
    }

    /// What librdkafka has to tell: delivery reports, errors, log lines; for a consumer records and rebalances.
    func nextEvent() -> Event? { events.poll() }

    /// Answers to what was asked for asynchronously; closing a consumer sends its last events here too.
    func nextReply() -> Event? { replies.poll() }

    /// The id that the brokers told last; `nil` before they were asked.
    var cachedClusterID: String? {
        guard let text = unsafe rd_kafka_clusterid(handle, 0) else { return nil }
        defer { unsafe rd_kafka_mem_free(handle, text) }
        return unsafe String(cString: text)
    }

    /// Asks a broker; blocks the calling thread.
    func blockingClusterID(within limit: Duration) throws(KafkaError) -> String {
        let operation = "asking for the cluster id"
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(handle, 0, nil, &metadata, limit.milliseconds)
        if let metadata = unsafe metadata { unsafe rd_kafka_metadata_destroy(metadata) }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code: code, while: operation) }
        guard let id = cachedClusterID else {
            throw KafkaError(.failed, retriable: false, "\(operation) failed: the broker does not tell one")
        }
        return id
    }

    /// The reason why an idempotent producer gave up, if it did.
    var fatalError: KafkaError? {
        var reason = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_fatal_error(handle, &reason, reason.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let (name, text) = (unsafe String(cString: rd_kafka_err2name(code)), String(cBytes: reason))
        return KafkaError(.fatal, retriable: true, "the Kafka client failed for good: \(text) (\(name))")
    }
}

/// `@unchecked Sendable`: moved to the one thread that destroys it.
@safe private struct Doomed: @unchecked Sendable {
    let handle: OpaquePointer
}

/// A queue reference of librdkafka's, woken through an eventfd.
@safe private final class Queue {
    let pointer: OpaquePointer
    private var released = false

    init(owning pointer: OpaquePointer, wakeUp: Int32) {
        unsafe self.pointer = pointer
        unsafe crk_wake(pointer, wakeUp)
    }

    func poll() -> Event? {
        guard let event = unsafe rd_kafka_queue_poll(pointer, 0) else { return nil }
        return unsafe Event(owning: event)
    }

    func release() {
        guard !released else { return }
        released = true
        unsafe rd_kafka_queue_io_event_enable(pointer, -1, nil, 0)
        unsafe rd_kafka_queue_destroy(pointer)
    }
}

extension String {
    /// What a C function has written into a buffer of ours, up to its NUL.
    init(cBytes: [CChar]) {
        self.init(decoding: cBytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
