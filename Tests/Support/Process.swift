internal import Glibc
internal import Reactor

/// A program that was started, in a process group of its own, with its output in a file.
public final class Process: Sendable {
    public let pid: Int32
    public let outputFile: String
    /// What became of it, once that is known.
    private let status = Lock<Int32?>(nil)

    public struct NotStarted: Error {
        public let path: String
        public let errno: Int32
    }

    private init(pid: Int32, outputFile: String) {
        self.pid = pid
        self.outputFile = outputFile
    }

    /// - Parameter environment: set beside what the tests have; a nil value takes a variable away.
    public static func start(
        _ path: String, _ arguments: [String] = [], environment: [String: String?] = [:], outputFile: String
    ) throws -> Process {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Nothing else of ours: librdkafka's built-in cluster opens its sockets without CLOEXEC, and a broker of a test
        // that goes down would live on in whoever was started beside it.
        _ = closeFrom(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

        let words = ([path] + arguments).map { strdup($0) }
        let variables = merged(environment).map { strdup("\($0)=\($1)") }
        defer { for pointer in words + variables { free(pointer) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, path, &actions, &attributes, words + [nil], variables + [nil])
        guard result == 0 else { throw NotStarted(path: path, errno: result) }
        return Process(pid: pid, outputFile: outputFile)
    }

    /// Waits for its end: the exit code, or 128 and the signal.
    public func end() async throws -> Int32 {
        while true {
            if let status = ended() { return status }
            try await TestLoop.shared.sleep(for: .milliseconds(20))
        }
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { ended() == nil }

    /// To the process alone; nothing once it has ended, when its number may be another's.
    public func signal(_ number: Int32) {
        status.withLock { status in
            if Self.look(pid, &status) == nil { kill(pid, number) }
        }
    }

    public var output: String { File.text(outputFile) ?? "" }

    private func ended() -> Int32? { status.withLock { Self.look(pid, &$0) } }

    private static func look(_ pid: Int32, _ known: inout Int32?) -> Int32? {
        if known == nil {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                let signal = status & 0x7F
                known = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            }
        }
        return known
    }

    private static func merged(_ changes: [String: String?]) -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        for (name, value) in changes { variables[name] = value }
        return variables
    }
}

/// `posix_spawn_file_actions_addclosefrom_np` (glibc 2.34), which the Glibc module leaves out as an extension.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func closeFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ descriptor: Int32) -> Int32

/// Files, read as text.
public enum File {
    public static func text(_ path: String) -> String? {
        guard let stream = fopen(path, "r") else { return nil }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A folder of a test's own under /tmp, that every user may enter.
    public static func makeFolder(_ name: String) throws -> String {
        var template = Array("/tmp/\(name).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Process.NotStarted(path: "mkdtemp", errno: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(path, 0o755)
        return path
    }

    /// How many entries a folder has.
    public static func count(in folder: String) -> Int {
        guard let stream = opendir(folder) else { return 0 }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return count - 2
    }
}
