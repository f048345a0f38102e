internal import ServiceShell

/// A command line that cannot be followed; whole sentences.
struct UsageError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What the command line asks for: `filmclub [--config FILE] COMMAND [ARGUMENTS] [--OPTION VALUE]`.
enum Invocation {
    case help
    case helpOn(any Subcommand.Type)
    case run(any Subcommand.Type, Options, configurationFile: String?)

    init(_ arguments: [String], commands: [any Subcommand.Type]) throws(UsageError) {
        var rest = arguments[...]
        var file: String?
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h", "help":
                self = .help
                return
            case "--config":
                guard let path = rest.popFirst() else { throw UsageError("--config needs the path of a file.") }
                file = path
            default:
                guard let command = commands.first(where: { $0.name == argument }) else {
                    throw UsageError("\"\(argument)\" is no command of filmclub; filmclub --help lists them.")
                }
                let options = try Options(Array(rest), usage: command.usage)
                self = options.asksForHelp ? .helpOn(command) : .run(command, options, configurationFile: file)
                return
            }
        }
        throw UsageError("No command is given.\n\n\(Self.help.helpText(commands))")
    }

    func helpText(_ commands: [any Subcommand.Type]) -> String {
        if case .helpOn(let command) = self { return "\(command.summary)\n\nUsage: filmclub \(command.usage)" }
        let width = commands.map { $0.name.count }.max() ?? 0
        let list = commands.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count))  \(command.summary)"
        }
        let keys = OperatorKeys.all.map { "  \($0.declaration.name)\n      \($0.declaration.help)" }
        return """
            The FilmClub operator's command.

            Usage: filmclub [--config FILE] COMMAND [ARGUMENTS]

            \(list.joined(separator: "\n"))

            filmclub COMMAND --help tells more. Settings come from the environment, else from the file:

            \(keys.joined(separator: "\n"))
            """
    }
}

/// A command's arguments: words, `--name value`, and `--flag` where the usage shows it without a value.
struct Options {
    let words: [String]
    private let values: [String: [String]]
    let asksForHelp: Bool

    init(_ arguments: [String], usage: String) throws(UsageError) {
        var words: [String] = []
        var values: [String: [String]] = [:]
        var rest = arguments[...]
        asksForHelp = arguments.contains("--help") || arguments.contains("-h")
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), !asksForHelp else {
                words.append(argument)
                continue
            }
            guard usage.contains(argument) else {
                throw UsageError("The option \(argument) is not known. Usage: filmclub \(usage)")
            }
            if usage.contains("[\(argument)]") {
                values[argument, default: []].append("true")
            } else if let value = rest.popFirst() {
                values[argument, default: []].append(value)
            } else {
                throw UsageError("\(argument) needs a value. Usage: filmclub \(usage)")
            }
        }
        self.words = words
        self.values = values
    }

    subscript(name: String) -> String? { values[name]?.last }

    func has(_ flag: String) -> Bool { values[flag] != nil }

    func required(_ name: String, usage: String) throws(UsageError) -> String {
        guard let value = self[name] else { throw UsageError("\(name) is missing. Usage: filmclub \(usage)") }
        return value
    }

    func onlyWord(_ what: String, usage: String) throws(UsageError) -> String {
        guard words.count == 1 else { throw UsageError("Name one \(what). Usage: filmclub \(usage)") }
        return words[0]
    }
}
