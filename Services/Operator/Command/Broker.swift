internal import FilmClubModel
internal import Glibc
internal import Kafka
internal import Reactor

/// The embedded broker, in a process of its own until it is told to stop.
struct Broker: Subcommand {
    static let name = "broker"
    static let summary = "Run the embedded broker: in memory, for development, with FilmClub's topics."
    static let usage = "broker --address-file FILE"

    let handlesSignals = true
    private let addressFile: String

    init(_ options: Options) throws(UsageError) {
        addressFile = try options.required("--address-file", usage: Self.usage)
    }

    func run(_ context: CommandContext) async throws {
        let broker = try EmbeddedBroker.start(topics: Topic.allWithDeadLetters.map { KafkaTopicSpec($0) })
        try OutputFile.replace(addressFile, with: "\(broker.bootstrapServers)\n")
        print("The embedded broker listens on \(broker.bootstrapServers). It forgets everything when it stops.")
        fflush(nil)
        await withCheckedContinuation { (stopped: CheckedContinuation<Void, Never>) in
            context.loop.execute {
                var waiting: CheckedContinuation<Void, Never>? = stopped
                do {
                    _ = try context.loop.onSignals([SIGINT, SIGTERM]) { _ in
                        waiting?.resume()
                        waiting = nil
                    }
                } catch {
                    waiting?.resume()
                    waiting = nil
                }
            }
        }
        // Removed first: a client that reads the file must not find an address where nobody answers.
        unlink(addressFile)
        broker.stop()
    }
}

extension KafkaTopicSpec {
    init(_ topic: Topic) {
        self.init(name: topic.name, partitions: Topic.partitions, settings: topic.configuration)
    }
}

/// Creates the topics on a broker that has not got them.
struct Topics: Subcommand {
    static let name = "topics"
    static let summary = "Create the topics that are missing on the broker."
    static let usage = "topics"

    init(_ options: Options) throws(UsageError) {}

    func run(_ context: CommandContext) async throws {
        let admin = KafkaAdmin(try context.kafka())
        let present = Dictionary(
            try await admin.topics().map { ($0.name, $0.partitions) }, uniquingKeysWith: { first, _ in first })
        for topic in Topic.allWithDeadLetters {
            guard let partitions = present[topic.name], partitions != Topic.partitions else { continue }
            throw WrongPartitions(topic: topic.name, partitions: partitions)
        }
        let missing = Topic.allWithDeadLetters.filter { present[$0.name] == nil }
        guard !missing.isEmpty else { return print("All \(present.count) topics are there.") }
        for outcome in try await admin.createTopics(missing.map { KafkaTopicSpec($0) }) {
            if case .failed(let error) = outcome.result { throw error }
        }
        print("Created \(missing.count) topics: \(missing.map(\.name).joined(separator: ", ")).")
    }
}

/// Events of one key would lie in two partitions.
struct WrongPartitions: Error, CustomStringConvertible {
    let topic: String
    let partitions: Int
    var description: String {
        "The topic \(topic) has \(partitions) partitions; FilmClub needs \(Topic.partitions), fixed for good. Was it "
            + "created by auto-creation? Delete it and run filmclub topics."
    }
}
