internal import CRDKafka
internal import Reactor

/// The answers to one call of `send`. Belongs to the producer.
final class Delivery {
    private var answers: [Result<KafkaPosition, KafkaError>?]
    private var missing: Int
    private var waiter: CheckedContinuation<Void, Never>?

    init(count: Int) {
        answers = Array(repeating: nil, count: count)
        missing = count
    }

    /// How many records were handed over to librdkafka or refused by it.
    var handedOver = 0

    func settle(_ index: Int, _ answer: Result<KafkaPosition, KafkaError>) {
        guard answers[index] == nil else { return }
        answers[index] = answer
        missing -= 1
        if missing == 0 {
            waiter?.resume()
            waiter = nil
        }
    }

    /// Those not handed over: an earlier one has failed in a way that they must not overtake.
    func failTheUnsent(_ error: KafkaError) {
        for index in handedOver..<answers.count { settle(index, .failure(error)) }
    }

    func results() async -> [Result<KafkaPosition, KafkaError>] {
        // Looked at inside, as everywhere in the producer: answers may come on the way into the closure.
        await withCheckedContinuation { continuation in
            if missing == 0 { continuation.resume() } else { waiter = continuation }
        }
        return answers.map { $0 ?? .failure(.closed) }
    }
}

/// One librdkafka producer and the records that wait in it for their answer. Belongs to the producer.
final class ProducerSession {
    enum Outcome { case taken, full }

    let client: Client
    /// Set when this client is given up: nothing more goes in, and all that waited has failed with it.
    private(set) var ended: KafkaError?
    /// Set when librdkafka says that it can go on no longer.
    private(set) var fatalError: KafkaError?
    private(set) var pending = 0
    private var watch: ClientWatch?
    private var slots: [Slot?] = []
    private var freeSlots: [Int] = []

    private struct Slot {
        let delivery: Delivery
        let index: Int
    }

    init(client: Client) { self.client = client }

    /// Calls `body` when there is something in the client's queues. Loop's thread.
    func startWatching(on loop: EventLoop, _ body: @escaping () -> Void) throws(KafkaError) {
        watch = try ClientWatch(client, on: loop, body)
    }

    func stopWatching() {
        watch?.cancel()
        watch = nil
    }

    // MARK: - In

    /// Hands one record to librdkafka, which copies it. A refused one is settled at once.
    func produce(_ record: KafkaRecord, _ delivery: Delivery, _ index: Int) -> Outcome {
        guard pending < KafkaProducer.recordsInFlightMax else { return .full }
        let slot = take(Slot(delivery: delivery, index: index))
        guard let refusal = unsafe hand(record, opaque: UnsafeMutableRawPointer(bitPattern: slot + 1)) else {
            delivery.handedOver = index + 1
            return .taken
        }
        release(slot)
        if refusal.kind == .queueFull, pending > 0 { return .full }
        if !noteFatal() {
            delivery.handedOver = index + 1
            delivery.settle(index, .failure(refusal))
        }
        return .taken
    }

    private func hand(_ record: KafkaRecord, opaque: UnsafeMutableRawPointer?) -> KafkaError? {
        unsafe client.withHandle { handle in
            let headers = unsafe makeHeaders(record.headers)
            let error = unsafe withBytes(record.key) { key in
                unsafe withBytes(record.value) { value in
                    unsafe crk_produce(
                        handle, record.topic, record.partition ?? -1, key.baseAddress, key.count, value.baseAddress,
                        value.count, record.timestampMilliseconds ?? 0, headers, opaque)
                }
            }
            guard let error = unsafe error else { return nil }
            if let headers = unsafe headers { unsafe rd_kafka_headers_destroy(headers) }
            return unsafe KafkaError(consuming: error, while: "producing to \(record.topic)")
        }
    }

    private func makeHeaders(_ headers: [KafkaHeader]) -> OpaquePointer? {
        guard !headers.isEmpty, let list = unsafe rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers {
            var name = header.name
            name.withUTF8 { name in
                unsafe withBytes(header.value) { value in
                    unsafe name.withMemoryRebound(to: CChar.self) { name in
                        _ = unsafe rd_kafka_header_add(
                            list, name.baseAddress, name.count, value.baseAddress, value.count)
                    }
                }
            }
        }
        return unsafe list
    }

    // MARK: - Out

    /// The answers in one event; true if a record was acknowledged among them.
    func settle(_ event: borrowing Event) -> Bool {
        var isAcknowledged = false
        unsafe event.forEachMessage { message in
            guard let slot = unsafe slots[Int(bitPattern: message.pointee._private) - 1] else { return }
            let code = unsafe message.pointee.err
            unsafe release(Int(bitPattern: message.pointee._private) - 1)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR {
                isAcknowledged = true
                let offset = unsafe message.pointee.offset
                let partition = unsafe message.pointee.partition
                slot.delivery.settle(
                    slot.index, .success(KafkaPosition(partition: partition, offset: offset >= 0 ? offset : nil)))
            } else {
                let topic = unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt))
                let failure = KafkaError(code: code, while: "producing to \(topic)")
                // The failure may be what ended the client; its own event comes later.
                slot.delivery.settle(slot.index, .failure(noteFatal() ? fatalError ?? failure : failure))
            }
        }
        return isAcknowledged
    }

    /// Whether librdkafka says that it can go on no longer.
    @discardableResult
    func noteFatal() -> Bool {
        if fatalError == nil { fatalError = client.fatalError }
        return fatalError != nil
    }

    /// Gives the client up: what waits in it fails with `error` and is thrown away, so that none of it can
    /// arrive after what a new client sends.
    func end(_ error: KafkaError) {
        guard ended == nil else { return }
        ended = error
        stopWatching()
        unsafe client.withHandle { handle in
            _ = unsafe rd_kafka_purge(
                handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
        }
        for slot in slots { slot?.delivery.settle(slot?.index ?? 0, .failure(error)) }
        slots = []
        freeSlots = []
        pending = 0
    }

    private func take(_ slot: Slot) -> Int {
        pending += 1
        if let free = freeSlots.popLast() {
            slots[free] = slot
            return free
        }
        slots.append(slot)
        return slots.count - 1
    }

    private func release(_ slot: Int) {
        slots[slot] = nil
        freeSlots.append(slot)
        pending -= 1
    }
}

/// Lends bytes to C: null for nil, and a pointer that is not null for the empty value.
@unsafe private func withBytes<Result>(
    _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
    guard let bytes else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    guard !bytes.isEmpty else {
        return unsafe withUnsafeBytes(of: UInt8(0)) { byte in
            unsafe body(UnsafeRawBufferPointer(start: byte.baseAddress, count: 0))
        }
    }
    return unsafe bytes.withUnsafeBytes { unsafe body($0) }
}
