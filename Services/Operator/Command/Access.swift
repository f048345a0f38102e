internal import FilmClubModel
internal import Kafka

/// Gives each service the access to topics that it needs, and takes away what else it has.
struct Access: Subcommand {
    static let name = "acls"
    static let summary = "Set the broker's access rules: what each service and the operator may do, and no more."
    static let usage = "acls [--print] [--principals FORM]"

    private let onlyPrints: Bool
    private let form: String

    init(_ options: Options) throws(UsageError) {
        onlyPrints = options.has("--print")
        // The certificate's whole name where the broker maps none: "User:CN=filmclub-NAME".
        form = options["--principals"] ?? "User:filmclub-NAME"
        guard form.split(separator: Self.placeholder, omittingEmptySubsequences: false).count == 2 else {
            throw UsageError(
                "--principals is a principal with \(Self.placeholder) once in it, User:filmclub-NAME if not given.")
        }
    }

    private static let placeholder = "NAME"

    func run(_ context: CommandContext) async throws {
        let rules = Self.rules(form)
        guard !onlyPrints else { return print(rules.map(\.description).joined(separator: "\n")) }
        let (added, removed) = try await KafkaAdmin(try context.kafka()).setAccess(rules)
        for rule in removed { print("removed: \(rule)") }
        for rule in added { print("added: \(rule)") }
        print("\(rules.count) access rules are in force for \(Set(rules.map(\.principal)).count) principals.")
    }

    static func rules(_ form: String) -> [KafkaAccessRule] {
        ServiceName.all.flatMap { rules(for: TopicAccess(of: $0), principal(form, $0.text)) }
            + rules(for: .ofOperator, principal(form, "operator"))
    }

    private static func principal(_ form: String, _ name: String) -> String {
        form.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: name)
    }

    /// A record that is written by an idempotent producer needs nothing beside Write (KIP-679).
    private static func rules(for access: TopicAccess, _ principal: String) -> [KafkaAccessRule] {
        let topics: [(KafkaAccessRule.Operation, [Topic])] = [
            (.write, access.writes), (.read, access.reads), (.create, access.creates), (.describe, access.creates),
        ]
        return topics.flatMap { operation, topics in
            topics.map { .allow(principal, operation, .topic($0.name)) }
        } + (access.group.map { [.allow(principal, .read, .group($0))] } ?? [])
    }
}
