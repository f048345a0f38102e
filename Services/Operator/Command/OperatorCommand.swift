internal import Glibc
internal import Reactor
internal import ServiceShell

/// `filmclub`, the operator's command: it reaches the services over their public HTTP, may read their stores, and runs
/// the embedded broker. It owns no data.
public enum OperatorCommand {
    static let commands: [any Subcommand.Type] = [
        Broker.self, Topics.self, Access.self, Key.self, Token.self, Import.self, CaughtUp.self, Demo.self, Trace.self,
        Doctor.self,
    ]

    /// Runs what the command line asks for. Exit codes: 0 done, 1 failed, 64 wrong usage, 78 wrong settings
    /// (sysexits.h).
    public static func main() -> Never {
        signal(SIGPIPE, SIG_IGN)
        do {
            let invocation = try Invocation(Array(CommandLine.arguments.dropFirst()), commands: commands)
            guard case .run(let type, let options, let file) = invocation else {
                print(invocation.helpText(commands))
                exit(0)
            }
            let settings = try Configuration(keys: OperatorKeys.all, environment: environment(), path: file)
            for warning in settings.warnings { writeError(warning) }
            run(try type.init(options), settings)
        } catch let error as UsageError {
            end("\(error)", code: 64)
        } catch {
            end("\(error)", code: 78)
        }
    }

    private static func run(_ command: any Subcommand, _ settings: Configuration) -> Never {
        do {
            // Before any thread: the signals that end a command are its to read.
            try EventLoop.block(signals: [SIGINT, SIGTERM])
            let loop = try EventLoop(name: "filmclub")
            let code = Lock<Int32>(1)
            Task(executorPreference: loop) {
                do {
                    try await command.run(CommandContext(settings: settings, loop: loop))
                    code.withLock { $0 = 0 }
                } catch {
                    writeError("\(error)")
                }
                loop.stop()
            }
            if !command.handlesSignals {
                loop.execute {
                    _ = try? loop.onSignals([SIGINT, SIGTERM]) { number in exit(128 + number) }
                }
            }
            loop.run()
            exit(code.withLock { $0 })
        } catch {
            end("\(error)", code: 1)
        }
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        for key in OperatorKeys.all.map({ $0.declaration.name }) {
            for name in [key, "\(key)_FILE"] {
                if let value = getenv(name) { variables[name] = String(cString: value) }
            }
        }
        return variables
    }

    static func writeError(_ sentence: String) {
        let line = Array("\(sentence)\n".utf8)
        _ = write(2, line, line.count)
    }

    private static func end(_ sentence: String, code: Int32) -> Never {
        writeError(sentence)
        exit(code)
    }
}

/// What a command has to work with.
struct CommandContext: Sendable {
    let settings: Configuration
    let loop: EventLoop
}

/// One of the command's verbs.
protocol Subcommand: Sendable {
    static var name: String { get }
    static var summary: String { get }
    static var usage: String { get }

    init(_ options: Options) throws(UsageError)
    func run(_ context: CommandContext) async throws
    /// Whether it waits for SIGINT and SIGTERM itself; else they end it.
    var handlesSignals: Bool { get }
}

extension Subcommand {
    var handlesSignals: Bool { false }
}
