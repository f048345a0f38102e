import Kafka
import Reactor
import TestSupport
import Testing

@Suite("Settings")
struct ConfigurationTests {
    @Test(
        "A setting that cannot be is refused at once, by its name and without its value",
        arguments: [
            ("no.such.setting", "hunter2", "the Kafka setting no.such.setting is not known"),
            ("security.protocol", "hunter2", "the Kafka setting security.protocol has a value that is not possible"),
            ("acks", "0", "the Kafka setting acks cannot be changed"),
            ("enable.auto.commit", "true", "the Kafka setting enable.auto.commit cannot be changed"),
        ])
    func refused(_ name: String, _ value: String, _ sentence: String) async throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.extra = [name: value]
        let loop = try EventLoop.spawn(name: "settings")
        defer { loop.stop() }
        let error = #expect(throws: KafkaError.self) { try KafkaProducer(configuration, on: loop) }
        #expect(error?.kind == .configuration)
        #expect(error?.description == sentence)
        #expect(throws: KafkaError.self) { try KafkaConsumer(configuration, group: "g", topics: ["t"], on: loop) }
    }

    @Test(
        "Bootstrap servers are host:port",
        arguments: ["", "kafka", "kafka:", ":9092", "kafka:0", "kafka:70000", "a:1,b"])
    func addresses(_ text: String) async throws {
        let loop = try EventLoop.spawn(name: "settings")
        defer { loop.stop() }
        #expect(throws: KafkaError.self) { try KafkaProducer(KafkaConfiguration(bootstrapServers: text), on: loop) }
    }

    @Test("A certificate file that is not there is told by its name")
    func certificate() async throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.tls = KafkaTLS(caFile: "/nonexistent/ca.pem", keyPassword: "hunter2")
        let loop = try EventLoop.spawn(name: "settings")
        defer { loop.stop() }
        let error = #expect(throws: KafkaError.self) { try KafkaProducer(configuration, on: loop) }
        #expect(error?.description.contains("ssl.ca.location") == true)
        #expect(error?.description.contains("hunter2") == false)
    }
}
