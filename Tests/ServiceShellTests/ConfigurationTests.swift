import Glibc
import Testing

@testable import ServiceShell

@Suite("Configuration")
struct ConfigurationTests {
    enum Colour: String, CaseIterable, Sendable { case red, green }

    enum Keys {
        static let port = ConfigurationKey("PORT", .integer(in: 0...65_535), default: 8_081, help: "Where it listens.")
        static let colour = ConfigurationKey<Colour>("COLOUR", .choice(), default: .red, help: "What it looks like.")
        static let wait = ConfigurationKey(
            "WAIT", .duration(in: .milliseconds(1)...(.seconds(3_600))), default: .seconds(10), help: "How long.")
        static let base = ConfigurationKey(optional: "BASE", .url(), help: "Where others find it.")
        static let database = ConfigurationKey("DATABASE", .text, secret: true, help: "Where it stores.")
        static let quick = ConfigurationKey("QUICK", .flag, default: false, help: "Whether it hurries.")
        static let all: [any AnyConfigurationKey] = [port, colour, wait, base, database, quick]
    }

    private func load(_ environment: [String: String] = [:], file: String = "") throws -> Configuration {
        try Configuration(keys: Keys.all, environment: environment, file: file)
    }

    private func problems(_ environment: [String: String] = [:], file: String = "") -> [String] {
        do {
            _ = try load(environment, file: file)
            return []
        } catch {
            return (error as? ConfigurationError)?.problems ?? ["\(error)"]
        }
    }

    @Test("The environment goes before the file, and the file before the default")
    func precedence() throws {
        let file = "# a comment\n\n PORT = 9000 \nCOLOUR=green\r\nDATABASE=from=file\n"
        let configuration = try load(["PORT": "9001", "COLOUR": ""], file: file)
        #expect(configuration[Keys.port] == 9_001)
        #expect(configuration.source(of: Keys.port) == .environment)
        #expect(configuration[Keys.colour] == .green, "an empty variable counts as not given")
        #expect(configuration.source(of: Keys.colour) == .file(line: 4))
        #expect(configuration[Keys.database] == "from=file")
        #expect(configuration[Keys.wait] == .seconds(10))
        #expect(configuration.source(of: Keys.wait) == .fallback)
        #expect(configuration[Keys.base] == nil)
        #expect(configuration[Keys.quick] == false)
    }

    @Test(
        "Each kind takes what it should",
        arguments: [
            ("WAIT", "250ms", true), ("WAIT", "5m", true), ("WAIT", "1h", true), ("WAIT", "2h", false),
            ("WAIT", "0ms", false), ("WAIT", "10", false), ("WAIT", "-1s", false), ("WAIT", "1.5s", false),
            ("WAIT", "99999999999999999999s", false), ("WAIT", "9223372036854775807d", false),
            ("PORT", "0", true), ("PORT", "65536", false), ("PORT", "-1", false), ("PORT", "80 ", false),
            ("COLOUR", "green", true), ("COLOUR", "blue", false),
            ("BASE", "https://films.example/x", true), ("BASE", "HTTP://a", true), ("BASE", "ftp://a", false),
            ("BASE", "https://", false), ("BASE", "films.example", false), ("BASE", "https://a b", false),
            ("QUICK", "true", true), ("QUICK", "yes", false), ("DATABASE", "a\u{0}b", false),
        ])
    func kinds(name: String, text: String, isTaken: Bool) {
        var environment = ["DATABASE": "here"]
        environment[name] = text
        #expect(problems(environment).isEmpty == isTaken)
    }

    @Test("All problems are told at once, in whole sentences, and without the secret")
    func allProblems() {
        let file = "COLOR=red\nnonsense\nPORT=1\nPORT=2\n"
        let told = problems(["PORT": "high", "WAIT": "soon", "DATABASE": "pass\u{1}word"], file: file)
        #expect(
            told == [
                "Line 2 of the configuration file is not of the form KEY=value.",
                "Line 4 of the configuration file sets PORT again (after line 3).",
                "Line 1 of the configuration file sets COLOR, which this service does not know; --help lists every key.",
                "PORT must be integer from 0 to 65535, but \"high\" is not.",
                "WAIT must be duration from 1ms to 1h, but \"soon\" is not.",
                "DATABASE must be text, but its value is not.",
            ])
    }

    @Test("A required key that is missing is named with its help")
    func missing() {
        #expect(problems() == ["DATABASE (or DATABASE_FILE) must be set: Where it stores."])
    }

    @Test("A bad value of the file is told with its line")
    func badValueOfFile() {
        #expect(
            problems(file: "DATABASE=x\nPORT=many\n") == [
                "PORT must be integer from 0 to 65535, but \"many\" is not (line 2 of the configuration file)."
            ])
    }

    @Test("A secret may come from a file, without that file's last line feed")
    func secretFromFile() throws {
        let file = try TemporaryFile("s3cret value\n")
        let configuration = try load(["DATABASE_FILE": file.path])
        #expect(configuration[Keys.database] == "s3cret value")
        #expect(try load(file: "DATABASE_FILE=\(file.path)")[Keys.database] == "s3cret value")
        #expect(
            problems(["DATABASE_FILE": file.path, "DATABASE": "x"])
                == ["Set either DATABASE or DATABASE_FILE, not both."])
        #expect(
            problems(["DATABASE_FILE": "/nowhere/secret"]) == [
                "DATABASE_FILE cannot be used: The file /nowhere/secret cannot be opened: No such file or directory."
            ])
    }

    @Test("A secret's file loses every line end behind it, and nothing else", arguments: ["\n", "\r\n", "\n\n", ""])
    func lineEnds(_ end: String) throws {
        let file = try TemporaryFile(" two\nlines " + end)
        #expect(throws: ConfigurationError.self) { try load(["DATABASE_FILE": file.path]) }  // a text has no lines
        try file.write(" one line " + end)
        #expect(try load(["DATABASE_FILE": file.path])[Keys.database] == " one line ")
    }

    @Test(
        "An empty secret's file is refused, and so is one that is no text; neither is shown", arguments: [true, false])
    func uselessSecret(isEmpty: Bool) throws {
        let file = try TemporaryFile(isEmpty ? "\r\n" : "hunter2\u{1}\n")
        let told = problems(["DATABASE_FILE": file.path])
        #expect(
            told == [
                isEmpty
                    ? "DATABASE_FILE cannot be used: The file \(file.path) is empty."
                    : "DATABASE must be text, but its value is not."
            ])
    }

    @Test("A secret's file that every user can read is used, with a warning that names it and not the secret")
    func readableByOthers() throws {
        let file = try TemporaryFile("hunter2\n")
        chmod(file.path, 0o644)
        let open = try load(["DATABASE_FILE": file.path])
        #expect(open[Keys.database] == "hunter2")
        #expect(
            open.warnings == [
                "Every user of this machine can read \(file.path), which DATABASE_FILE names; "
                    + "chmod o-rwx \(file.path) mends it."
            ])
        for mode: mode_t in [0o600, 0o640] {
            chmod(file.path, mode)
            #expect(try load(["DATABASE_FILE": file.path]).warnings.isEmpty)
        }
    }

    @Test("Settings are shown without secrets, by description, dump and reflection")
    func redaction() throws {
        let configuration = try load(["DATABASE": "postgresql://u:hunter2@db/films", "PORT": "1"])
        #expect(
            configuration.description == """
                PORT=1  # environment
                COLOUR=red  # default
                WAIT=10s  # default
                BASE=  # default
                DATABASE=•••  # environment
                QUICK=false  # default

                """)
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!String(reflecting: configuration).contains("hunter2"))
    }

    @Test("--help lists every key with its kind, default and help")
    func help() {
        let text = HelpText.make(name: "filmclub-test", summary: "Tests.", keys: Keys.all + ShellKeys.all)
        for key in Keys.all + ShellKeys.all {
            #expect(text.contains("  \(key.declaration.name)\n      \(key.declaration.help)\n"))
        }
        #expect(text.contains("integer from 0 to 65535; default: 8081\n"))
        #expect(text.contains("one of red, green; default: red\n"))
        #expect(text.contains("duration from 1ms to 1h; default: 10s\n"))
        #expect(text.contains("URL (http, https); default: none\n"))
        #expect(text.contains("text; required\n      Secret: it is never shown, and DATABASE_FILE may name"))
    }

    @Test("The command line takes its own options and refuses the rest")
    func commandLine() throws {
        #expect(try Invocation(arguments: []) == .run(file: nil))
        #expect(try Invocation(arguments: ["--config", "a.conf"]) == .run(file: "a.conf"))
        #expect(try Invocation(arguments: ["--config", "a", "--help"]) == .help)
        #expect(try Invocation(arguments: ["--version"]) == .version)
        #expect(try Invocation(arguments: ["--print-config", "--config", "a"]) == .printConfiguration(file: "a"))
        #expect(throws: ConfigurationError.self) { try Invocation(arguments: ["--config"]) }
        #expect(throws: ConfigurationError.self) { try Invocation(arguments: ["--verbose"]) }
    }

    @Test("A configuration file that is not there is one whole sentence")
    func noFile() {
        #expect(
            throws: ConfigurationError(
                "The configuration cannot be read. "
                    + "The file /nowhere/a.conf cannot be opened: No such file or directory.")
        ) {
            try Configuration(keys: Keys.all, environment: [:], path: "/nowhere/a.conf")
        }
    }

    @Test("Every key's default is a value that the key would take")
    func defaults() throws {
        for key in ShellKeys.all + IdentityKeys.all {
            if case .fallback(_, let shown?) = key.declaration.absence {
                #expect(key.declaration.parse(shown) != nil, "\(key.declaration.name)=\(shown)")
            }
        }
    }
}
