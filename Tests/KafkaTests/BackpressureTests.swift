import Kafka
import Reactor
import TestSupport
import Testing

@Suite("Backpressure")
struct BackpressureTests {
    @Test("More records than may be in flight are sent all the same, in order")
    func moreThanInFlight() async throws {
        try await KafkaWorld.with(TestBroker.shared()) { world in
            let topic = try await world.broker.createTopic("in.flight", partitions: 1)
            let producer = try world.producer()
            let count = KafkaProducer.recordsInFlightMax + 5_000
            let positions = try await world.send((0..<count).map { record(topic, key: nil, "\($0)") }, with: producer)
            #expect(positions.map(\.offset) == (0..<Int64(count)).map { $0 })
        }
    }

    @Test("Senders that wait are limited, and all of them get their answer at the close")
    func sendersWaiting() async throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")  // nobody listens there
        configuration.extra = ["reconnect.backoff.ms": "1000"]
        try await KafkaWorld.with(TestBroker.shared()) { world in
            let producer = try world.producer(configuration)
            let one = record("nowhere", key: nil, "")
            let full = Task(executorPreference: world.loop) {
                await producer.send(Array(repeating: one, count: KafkaProducer.recordsInFlightMax + 1))
            }
            let waiting = (0..<KafkaProducer.sendersWaitingMax).map { _ in
                Task(executorPreference: world.loop) { await producer.send([one]) }
            }
            let refused = await Task(executorPreference: world.loop) { await producer.send([one, one]) }.value
            #expect(refused.map(\.failure?.kind) == [.queueFull, .queueFull])
            await producer.close(within: .milliseconds(50))
            #expect(await full.value.allSatisfy { $0.failure?.kind == .closed })
            for task in waiting { #expect(await task.value.map(\.failure?.kind) == [.closed]) }
            #expect(await producer.send([one]).map(\.failure?.kind) == [.closed])
        }
    }

    @Test("A client that is dropped without a close goes without a trace of trouble")
    func dropped() async throws {
        let loop = try EventLoop.spawn(name: "dropped")
        let configuration = try TestBroker.shared().configuration
        for _ in 0..<3 {
            let producer = try KafkaProducer(configuration, on: loop)
            _ = try await producer.clusterID()
            _ = try KafkaConsumer(configuration, group: TestBroker.uniqueName("g"), topics: ["dropped"], on: loop)
        }
        try await loop.sleep(for: .milliseconds(300))  // their timers and watches get to run once more
        loop.stop()
    }
}

extension Result where Failure == KafkaError {
    var failure: KafkaError? { if case .failure(let error) = self { error } else { nil } }
}
