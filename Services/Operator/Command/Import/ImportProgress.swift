internal import Glibc
internal import Reactor

/// Says on standard error how far the work is: on a terminal in one line that is written over, at most twice a second;
/// elsewhere a line every few seconds.
final class ImportProgress: Sendable {
    private static let pause: Duration = isatty(2) == 1 ? .milliseconds(500) : .seconds(5)

    private struct State {
        var next = ContinuousClock.now + pause
        var hasLine = false
    }

    private let state = Lock(State())

    /// `Staged: 12,000 of 100,000 …`
    func tell(_ doing: String, _ done: Int, of total: Int? = nil) {
        state.withLock { state in
            guard ContinuousClock.now >= state.next else { return }
            state.next = .now + Self.pause
            let amount = total.map { "\(done.grouped) of \($0.grouped)" } ?? done.grouped
            write("\(doing): \(amount) …", overwriting: isatty(2) == 1)
            state.hasLine = isatty(2) == 1
        }
    }

    /// Leaves the line as it was last written.
    func end() {
        state.withLock { state in
            if state.hasLine { write("", overwriting: false) }
            state.hasLine = false
        }
    }

    private func write(_ text: String, overwriting: Bool) {
        let line = Array((overwriting ? "\r\u{1B}[K\(text)" : "\(text)\n").utf8)
        _ = Glibc.write(2, line, line.count)
    }
}

extension Int {
    /// With commas between groups of three digits.
    var grouped: String {
        var text = ""
        for (place, digit) in String(magnitude).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }
}
