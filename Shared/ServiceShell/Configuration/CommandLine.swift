/// What a service's command line asks for.
enum Invocation: Sendable, Equatable {
    case help
    case version
    /// Show the settings in force (secrets redacted) and end.
    case printConfiguration(file: String?)
    case run(file: String?)

    init(arguments: [String]) throws(ConfigurationError) {
        var file: String?
        var printing = false
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h":
                self = .help
                return
            case "--version":
                self = .version
                return
            case "--print-config": printing = true
            case "--config":
                guard let path = rest.popFirst(), file == nil else {
                    throw ConfigurationError("--config needs one path of a file of KEY=value lines.")
                }
                file = path
            default:
                throw ConfigurationError("The argument \"\(argument)\" is not known; --help says what is.")
            }
        }
        self = printing ? .printConfiguration(file: file) : .run(file: file)
    }
}

enum HelpText {
    /// The text of `--help`: usage, then every key with kind, default and help.
    static func make(name: String, summary: String, keys: [any AnyConfigurationKey]) -> String {
        var text = """
            \(summary)

            Usage: \(name) [--config FILE] [--print-config] [--help] [--version]

              --config FILE    read settings from KEY=value lines; # begins a comment line
              --print-config   print the settings in force, secrets left out, and end
              --help           print this and end
              --version        print the version and end

            Settings come from the environment, else from the file, else they have their default. Keys:


            """
        for key in keys {
            let declaration = key.declaration
            text += "  \(declaration.name)\n      \(declaration.help)\n      "
            text += "\(declaration.kind); \(presence(declaration))\n"
            if declaration.isSecret {
                text += "      Secret: it is never shown, and \(declaration.fileName) may name a file that holds it.\n"
            }
        }
        return text
    }

    private static func presence(_ declaration: KeyDeclaration) -> String {
        switch declaration.absence {
        case .refused: "required"
        case .fallback(_, shown: nil): "default: none"
        case .fallback(_, shown: let shown?):
            "default: \(declaration.isSecret ? Configuration.redaction : shown.isEmpty ? "empty" : shown)"
        }
    }
}
