import Glibc
import Reactor
import TestSupport

/// A program that was started, in a process group of its own, with its output in a file.
struct Process: Sendable {
    let pid: pid_t
    let outputFile: String

    struct NotStarted: Error {
        let path: String
        let errno: Int32
    }

    /// - Parameter environment: set beside what the tests have; a nil value takes a variable away.
    static func start(
        _ path: String, _ arguments: [String] = [], environment: [String: String?] = [:], outputFile: String
    ) throws -> Process {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
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
    func end() async throws -> Int32 {
        while true {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                let signal = status & 0x7F
                return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            }
            try await TestLoop.shared.sleep(for: .milliseconds(20))
        }
    }

    /// Whether it has not ended yet.
    var isRunning: Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == 0
    }

    func signal(_ number: Int32) { kill(pid, number) }

    var output: String { File.text(outputFile) ?? "" }

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

/// Files, read as text.
enum File {
    static func text(_ path: String) -> String? {
        guard let stream = fopen(path, "r") else { return nil }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
