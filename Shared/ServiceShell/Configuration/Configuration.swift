/// A process's settings: every key was declared, every value is checked before anything starts.
/// Sources, the first that has a key wins: environment, file (`--config FILE`), default. An empty value counts as
/// not given, because compose files and unit files write unset variables that way.
public struct Configuration: Sendable {
    /// What stands in place of a secret wherever settings are shown.
    public static let redaction = "•••"

    /// Where a value comes from.
    public enum Source: Sendable, Equatable {
        case environment
        /// A line of the file given with `--config`.
        case file(line: Int)
        case fallback
    }

    struct Entry: Sendable {
        let declaration: KeyDeclaration
        let value: any Sendable
        let text: String?
        let source: Source
    }

    private(set) var entries: [String: Entry] = [:]
    private var order: [String] = []
    /// What can be used and should not stay as it is, a whole sentence each: the process tells it when it starts.
    public private(set) var warnings: [String] = []

    /// Checks all settings and throws one error that names every problem.
    /// - Parameter file: the text of a `--config` file; see `ConfigurationFile`.
    public init(
        keys: [any AnyConfigurationKey], environment: [String: String], file: String = ""
    ) throws(ConfigurationError) {
        let declarations = keys.map(\.declaration)
        var lines = ConfigurationFile(file)
        lines.checkNames(against: declarations)
        var problems = lines.problems
        for declaration in declarations where entries[declaration.name] == nil {
            do throws(ConfigurationError) {
                entries[declaration.name] = try Self.entry(
                    declaration, environment: environment, lines: lines, warnings: &warnings)
                order.append(declaration.name)
            } catch {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    }

    /// As above, with the file at `path`.
    public init(
        keys: [any AnyConfigurationKey], environment: [String: String], path: String?
    ) throws(ConfigurationError) {
        var file = ""
        if let path {
            do throws(FileFailure) {
                file = try SmallFile.text(of: path)
            } catch {
                throw ConfigurationError("The configuration cannot be read. \(error.description)")
            }
        }
        try self.init(keys: keys, environment: environment, file: file)
    }

    /// The value of a declared key. Reading a key that was not declared is the program's mistake and traps.
    public subscript<Value: Sendable>(key: ConfigurationKey<Value>) -> Value {
        guard let value = entries[key.declaration.name]?.value as? Value else {
            preconditionFailure("\(key.declaration.name) is not among the keys this process declared.")
        }
        return value
    }

    /// Where a declared key's value came from.
    public func source<Value: Sendable>(of key: ConfigurationKey<Value>) -> Source? {
        entries[key.declaration.name]?.source
    }

    private static func entry(
        _ declaration: KeyDeclaration, environment: [String: String], lines: ConfigurationFile,
        warnings: inout [String]
    ) throws(ConfigurationError) -> Entry {
        guard
            let (text, source) = try given(
                declaration, environment: environment, lines: lines, warnings: &warnings)
        else {
            switch declaration.absence {
            case .fallback(let value, let shown):
                return Entry(declaration: declaration, value: value, text: shown, source: .fallback)
            case .refused:
                let orFile = declaration.isSecret ? " (or \(declaration.fileName))" : ""
                throw ConfigurationError("\(declaration.name)\(orFile) must be set: \(declaration.help)")
            }
        }
        guard let value = declaration.parse(text) else {
            let shown = declaration.isSecret ? "its value" : "\"\(text)\""
            let place = if case .file(let line) = source { " (line \(line) of the configuration file)" } else { "" }
            throw ConfigurationError("\(declaration.name) must be \(declaration.kind), but \(shown) is not\(place).")
        }
        return Entry(declaration: declaration, value: value, text: text, source: source)
    }

    /// The text given for a key by the first source that has it; for a secret that may be the file it names.
    private static func given(
        _ declaration: KeyDeclaration, environment: [String: String], lines: ConfigurationFile,
        warnings: inout [String]
    ) throws(ConfigurationError) -> (String, Source)? {
        let sources: [(Source?, (String) -> (text: String, line: Int)?)] = [
            (.environment, { name in environment[name].map { ($0, 0) } }), (nil, { name in lines[name] }),
        ]
        for (fixed, read) in sources {
            let own = read(declaration.name).flatMap { $0.text.isEmpty ? nil : $0 }
            let inFile =
                declaration.isSecret
                ? read(declaration.fileName).flatMap { $0.text.isEmpty ? nil : $0 } : nil
            if own != nil, inFile != nil {
                throw ConfigurationError("Set either \(declaration.name) or \(declaration.fileName), not both.")
            }
            if let own { return (own.text, fixed ?? .file(line: own.line)) }
            if let inFile {
                let secret = try SecretFile.text(of: inFile.text, for: declaration, warnings: &warnings)
                return (secret, fixed ?? .file(line: inFile.line))
            }
        }
        return nil
    }

    /// Every key with its value and source, a line each, in the order declared; secrets are not shown.
    public var description: String {
        order.compactMap { entries[$0] }.map { entry in
            let shown = entry.text.map { entry.declaration.isSecret ? Self.redaction : $0 } ?? ""
            return "\(entry.declaration.name)=\(shown)  # \(entry.source)\n"
        }.joined()
    }
}

extension Configuration: CustomStringConvertible, CustomReflectable {
    /// Mirrors nothing: `dump` of something that holds the settings must not show a secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Configuration.Source: CustomStringConvertible {
    public var description: String {
        switch self {
        case .environment: "environment"
        case .file(let line): "file, line \(line)"
        case .fallback: "default"
        }
    }
}

/// Everything that is wrong with the settings, a whole sentence each.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    public let problems: [String]

    init(problems: [String]) { self.problems = problems }
    /// - Parameter problem: a whole sentence.
    public init(_ problem: String) { problems = [problem] }

    public var description: String { problems.joined(separator: "\n") }
}
