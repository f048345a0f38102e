internal import HTTPClient
internal import Reactor
internal import ServiceShell

/// Waits until what was written to any service is known to all of them.
struct CaughtUp: Subcommand {
    static let name = "caught-up"
    static let summary = "Wait until every service has published what it wrote, and read what the others wrote."
    static let usage = "caught-up [--within SECONDS]"

    private let limit: Duration

    init(_ options: Options) throws(UsageError) {
        let text = options["--within"] ?? "30"
        guard let seconds = Int64(text), (1...Self.secondsMax).contains(seconds) else {
            throw UsageError("--within is a number of seconds from 1 to \(Self.secondsMax).")
        }
        limit = .seconds(seconds)
    }

    private static let secondsMax: Int64 = 3_600
    private static let pause: Duration = .milliseconds(100)

    /// The writers first: each answer is of the moment, so that who is asked later has had the chance to hear of it.
    private static let services: [(name: String, ops: ConfigurationKey<String?>)] = [
        ("catalog", OperatorKeys.catalogOps), ("checkout", OperatorKeys.checkoutOps), ("cart", OperatorKeys.cartOps),
        ("streaming", OperatorKeys.streamingOps),
    ]

    func run(_ context: CommandContext) async throws {
        let client = Client(on: context.loop)
        let deadline = ContinuousClock.now + limit
        while let reason = try await whoIsBehind(client, context.settings) {
            guard ContinuousClock.now < deadline else { throw StillBehind(limit: limit, reason: reason) }
            try await context.loop.sleep(for: Self.pause)
        }
        print("Every service has published what it wrote, and read what the others wrote.")
    }

    /// The first service that is not through, and what it says; nil where all are.
    private func whoIsBehind(_ client: Client, _ settings: Configuration) async throws -> String? {
        for (name, key) in Self.services {
            guard let base = settings[key] else { throw UsageError("\(key.declaration.name) must be set.") }
            do throws(ClientError) {
                let answer = try await client.send(ClientRequest("GET", "\(base)/health/caught-up"))
                if answer.status != 200 { return "\(name): \(String(decoding: answer.body, as: UTF8.self))" }
            } catch {
                return "\(name): \(error)"
            }
        }
        return nil
    }
}

/// The time is up.
struct StillBehind: Error, CustomStringConvertible {
    let limit: Duration
    let reason: String
    var description: String { "Not everybody has caught up within \(limit). \(reason)" }
}
