import Glibc
import Kafka
import Reactor
import TestSupport
import Testing

@Suite("Standard error")
struct StandardErrorTests {
    @Test("What librdkafka has to say comes as events, and nothing of it on stderr")
    func quiet() async throws {
        let captured = try await CapturedStandardError.during {
            try await KafkaWorld.with(ownBroker: 1) { world, broker in
                let topic = try await world.broker.createTopic("quiet", partitions: 1)
                let producer = try world.producer()
                try await world.send([record(topic, key: "k", "1")], with: producer)
                let consumer = try world.consumer([topic])
                try broker.takeDown()
                try await world.wait(until: "a log line is told") {
                    world.told.contains { if case .log = $0 { true } else { false } }
                }
                let admin = KafkaAdmin(world.broker.configuration)
                await #expect(throws: KafkaError.self) { try await admin.topics(within: .milliseconds(300)) }
                await consumer.close(within: .milliseconds(100))
                await producer.close(within: .milliseconds(100))
            }
        }
        // Its format: %LEVEL|SECONDS|FACILITY|CLIENT| TEXT
        let lines = captured.split(separator: "\n").filter { line in
            line.hasPrefix("%") && line.dropFirst().first?.isNumber == true && line.dropFirst(2).first == "|"
        }
        #expect(lines.isEmpty)
    }
}

/// Reads along what the process writes to stderr; it goes where it went all the same.
private enum CapturedStandardError {
    static func during(_ body: () async throws -> Void) async throws -> String {
        var pipeEnds: [Int32] = [-1, -1]
        try #require(pipe(&pipeEnds) == 0)
        let (readEnd, original) = (pipeEnds[0], dup(2))
        try #require(original >= 0 && dup2(pipeEnds[1], 2) >= 0)
        close(pipeEnds[1])
        let (texts, reader) = AsyncStream<String>.makeStream()
        try startThread(name: "stderr") {  // its reads block
            reader.yield(copy(from: readEnd, to: original))
            reader.finish()
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        dup2(original, 2)  // closes the pipe's last writing end, and the reader ends
        let text = await texts.reduce("", +)
        close(readEnd)
        close(original)
        try result.get()
        return text
    }

    private static func copy(from source: Int32, to target: Int32) -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
            _ = write(target, buffer, count)
        }
    }
}
