import FilmClubModel
import Glibc
import Kafka
import Reactor
import TestSupport
import Testing

/// Apache Kafka that knows everybody by a certificate and allows what the rules say: needs KAFKA_HOME.
@Suite("The secured broker", .enabled(if: getenv("KAFKA_HOME") != nil))
struct SecuredBrokerTests {
    @Test("The main job is done under the narrowest rules, and each service is refused what is not its business")
    func narrowest() async throws {
        try await House.with(.securedKafka) { house in
            let demo = try await house.filmclub("demo")
            #expect(demo.status == 0, "\(demo.output)")
            let broker = try SecuredBroker(of: house)

            // What is its business; a request is no event, and readers pass it over.
            #expect(await broker.write("checkout", to: .republish, within: .seconds(120)) == nil)
            let forbidden: [(String, Topic)] = [
                ("checkout", .films), ("checkout", .carts), ("checkout", .entitlements), ("cart", .orders),
                ("catalog", .orders), ("catalog", .institutions), ("streaming-entitlement", .orders),
                ("cart", .entitlements.deadLetters),
            ]
            for (name, topic) in forbidden {
                #expect(await broker.write(name, to: topic) == "TOPIC_AUTHORIZATION_FAILED", "\(name) to \(topic)")
            }
            // It may write nothing at all, and so is not even given a producer's number.
            #expect(await broker.write("operator", to: .films) != nil)
            for (name, topic) in [("checkout", Topic.carts), ("cart", .entitlements), ("catalog", .orders)] {
                #expect(try await broker.isRefusedReading(topic, as: name, group: name), "\(name) of \(topic)")
            }
            #expect(try await broker.isRefusedReading(.films, as: "checkout", group: "cart"), "another's group")
            #expect(await broker.create("mine", as: "checkout") == "TOPIC_AUTHORIZATION_FAILED")
            #expect(await broker.create("mine", as: "operator") == "TOPIC_AUTHORIZATION_FAILED")
            #expect(await broker.giveRights(as: "operator") == "CLUSTER_AUTHORIZATION_FAILED")

            let anonymous = await broker.refusals(as: nil, until: "alert")
            #expect(anonymous.last?.contains("alert") == true, "without a certificate: \(anonymous)")
            let plain = await broker.refusals(as: "checkout", isPlain: true, until: "failed")
            #expect(plain.last?.contains("failed") == true, "without TLS: \(plain)")
            #expect(await broker.connection(as: "checkout", within: .seconds(120)) == "let in")

            // The rules are in force already: a second time there is nothing to do.
            let again = try await house.filmclub("acls", asAdmin: true)
            #expect(again.status == 0 && !again.output.contains("added"), "\(again.output)")
            #expect(again.output.contains("access rules are in force for 5 principals"))
            #expect(try await house.down() == 0)
        }
    }
}

/// The broker of a house, as somebody with one certificate sees it.
private struct SecuredBroker {
    private let servers: String
    private let certificates: String

    init(of house: House) throws {
        certificates = "\(house.state)/secrets/kafka"
        let settings = try #require(File.text("\(house.state)/run/operator.conf"))
        let line = try #require(settings.split(separator: "\n").first { $0.hasPrefix("KAFKA_BOOTSTRAP_SERVERS=") })
        servers = String(line.dropFirst("KAFKA_BOOTSTRAP_SERVERS=".count))
    }

    private func configuration(_ name: String?, isPlain: Bool = false) -> KafkaConfiguration {
        var configuration = KafkaConfiguration(bootstrapServers: servers)
        guard !isPlain else { return configuration }
        configuration.tls = KafkaTLS(
            caFile: "\(certificates)/ca.pem", certificateFile: name.map { "\(certificates)/filmclub-\($0).crt" },
            keyFile: name.map { "\(certificates)/filmclub-\($0).key" })
        return configuration
    }

    /// The error's name, nil if the record was taken.
    func write(_ name: String, to topic: Topic, within limit: Duration = .seconds(20)) async -> String? {
        await outcome { () async throws(KafkaError) in
            let producer = try KafkaProducer(configuration(name), on: TestLoop.shared)
            // What nobody refuses is given up at last.
            let giveUp = Task {
                try await TestLoop.shared.sleep(for: limit)
                await producer.close(within: .zero)
            }
            let results = await producer.send([KafkaRecord(topic: topic.name, key: Array("nobody".utf8), value: [])])
            giveUp.cancel()
            await producer.close(within: .seconds(5))
            for result in results { _ = try result.get() }
        }
    }

    func create(_ topic: String, as name: String) async -> String? {
        await outcome { () async throws(KafkaError) in
            let spec = KafkaTopicSpec(name: topic, partitions: 1)
            for result in try await KafkaAdmin(configuration(name)).createTopics([spec]) {
                if case .failed(let error) = result.result { throw error }
            }
        }
    }

    func giveRights(as name: String) async -> String? {
        await outcome { () async throws(KafkaError) in
            let rule = KafkaAccessRule.allow("User:filmclub-\(name)", .write, .topic(Topic.orders.name))
            _ = try await KafkaAdmin(configuration(name)).setAccess([rule])
        }
    }

    /// Asks, each time with more patience, until the sentence is heard: on a busy machine a handshake takes its time.
    func refusals(as name: String?, isPlain: Bool = false, until sentence: String) async -> [String] {
        var heard: [String] = []
        for limit: Duration in [.seconds(5), .seconds(15), .seconds(45)] {
            heard.append(await connection(as: name, isPlain: isPlain, within: limit))
            if heard.last?.contains(sentence) == true { break }
        }
        return heard
    }

    func connection(as name: String?, isPlain: Bool = false, within limit: Duration) async -> String {
        do {
            _ = try await KafkaAdmin(configuration(name, isPlain: isPlain)).clusterID(within: limit)
            return "let in"
        } catch {
            return error.description
        }
    }

    /// Whether a consumer hears that it may not.
    func isRefusedReading(_ topic: Topic, as name: String, group: String) async throws -> Bool {
        let refused = Lock(false)
        let consumer = try KafkaConsumer(
            configuration(name), group: group, topics: [topic.name], on: TestLoop.shared,
            events: { event in
                guard case .failure(let error) = event, error.name?.hasSuffix("AUTHORIZATION_FAILED") == true else {
                    return
                }
                refused.withLock { $0 = true }
            })
        let reading = Task { while let batch = try await consumer.next() { await consumer.abandon(batch) } }
        do {
            try await eventually("\(name) is refused \(topic)") { refused.withLock { $0 } }
        } catch is NeverCame {}
        await consumer.close(within: .seconds(5))
        reading.cancel()
        return refused.withLock { $0 }
    }

    private func outcome(_ body: () async throws(KafkaError) -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return error.name ?? error.description
        }
    }
}
