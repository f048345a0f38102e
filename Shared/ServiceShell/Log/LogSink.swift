internal import Reactor

/// Where lines of the log go. From any thread; must not wait.
public protocol LogSink: Sendable {
    /// Takes one line, its line feed included.
    func accept(_ line: [UInt8], level: LogLevel)
    /// Waits until what was accepted is written: for the end of the process.
    func flush()
}

/// Keeps lines in memory, for tests: the newest `linesMax`.
public final class LogRecorder: LogSink {
    static let linesMax = 10_000
    private let kept = Lock<[String]>([])

    public init() {}

    public func accept(_ line: [UInt8], level: LogLevel) {
        kept.withLock {
            if $0.count == Self.linesMax { $0.removeFirst() }
            $0.append(String(decoding: line.dropLast(), as: UTF8.self))
        }
    }

    public func flush() {}

    /// The lines so far, without their line feeds.
    public var lines: [String] { kept.withLock { $0 } }

    /// The lines of one event.
    public func lines(of event: String) -> [String] { lines.filter { $0.contains("\"event\":\"\(event)\"") } }
}
