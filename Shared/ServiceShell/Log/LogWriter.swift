internal import FilmClubModel
internal import Glibc
public import Reactor

/// Writes the log to a descriptor from a thread of its own: a reader that stands still (a full pipe, a stopped
/// terminal) must not stop the event loop. Lines gather in a bounded buffer and go out in one write(2); those that
/// find it full are dropped and counted, and the count is written when there is room again.
///
/// `@unchecked Sendable`: `wakeUp` is a semaphore, made once and posted and waited on by any thread; the rest is
/// behind locks.
public final class LogWriter: LogSink, @unchecked Sendable {
    /// Unwritten bytes kept at most.
    public static let bufferBytesMax = 1 << 20
    /// How long the first line waits for company, in microseconds: bounds the wake-ups to 500 a second.
    private static let lingerMicroseconds: UInt32 = 2_000

    private struct Buffer {
        var bytes: [UInt8] = []
        /// Since the last line that told of them.
        var dropped = 0
        var droppedInAll = 0
        var writerSleeps = true
    }

    private let bufferBytesMax: Int
    private let now: @Sendable () -> Instant
    private let buffer = Lock(Buffer())
    /// Lent while bytes are on their way out, so that `flush` and the thread keep the lines in order.
    private let descriptor: Lock<Int32>
    private let wakeUp: UnsafeMutablePointer<sem_t>

    /// Starts the thread, which lives as long as the process. Block signals before.
    /// - Parameter descriptor: stays open; 1 is standard output.
    public convenience init(descriptor: Int32 = 1) throws(ReactorError) {
        try self.init(descriptor: descriptor, bufferBytesMax: Self.bufferBytesMax, now: { .now() })
    }

    init(descriptor: Int32, bufferBytesMax: Int, now: @escaping @Sendable () -> Instant) throws(ReactorError) {
        self.descriptor = Lock(descriptor)
        self.bufferBytesMax = bufferBytesMax
        self.now = now
        wakeUp = .allocate(capacity: 1)
        wakeUp.initialize(to: sem_t())
        sem_init(wakeUp, 0, 0)
        // The thread keeps the writer alive, so the semaphore is never freed under it.
        try startThread(name: "log") { [self] in
            while true {
                while sem_wait(wakeUp) != 0 {}
                usleep(Self.lingerMicroseconds)
                while writeOut() {}
            }
        }
    }

    public func accept(_ line: [UInt8], level: LogLevel) {
        let wake = buffer.withLock { buffer in
            guard buffer.bytes.count + line.count <= bufferBytesMax else {
                buffer.dropped += 1
                buffer.droppedInAll += 1
                return false
            }
            buffer.bytes += line
            defer { buffer.writerSleeps = false }
            return buffer.writerSleeps
        }
        if wake { sem_post(wakeUp) }
    }

    public func flush() { while writeOut() {} }

    /// Counts the lines that found no room.
    func register(in metrics: Metrics) {
        metrics.counter("filmclub_log_lines_dropped_total", help: "Lines of the log that found its buffer full.") {
            Double(self.buffer.withLock { $0.droppedInAll })
        }
    }

    /// Whether lines wait or are on their way.
    var isBusy: Bool { buffer.withLock { !$0.writerSleeps } }

    /// Writes what is there; false when nothing was.
    private func writeOut() -> Bool {
        descriptor.withLock { descriptor in
            let (bytes, dropped) = buffer.withLock { buffer in
                defer {
                    buffer.writerSleeps = buffer.bytes.isEmpty
                    buffer.bytes = []
                    buffer.dropped = 0
                }
                return (buffer.bytes, buffer.dropped)
            }
            guard !bytes.isEmpty else { return false }
            // A descriptor that refuses for good (closed pipe) leaves nobody to tell.
            _ = SmallFile.writeFully(descriptor, bytes)
            if dropped > 0 {
                let line = Log.line(at: now(), .warning, "log.dropped", ["lines": .count(dropped)])
                _ = SmallFile.writeFully(descriptor, line)
            }
            return true
        }
    }
}
