/// Reads the line `start --> end settings` of either format.
///
/// WebVTT: `[hh…:]mm:ss.ttt`, settings may follow. SubRip: `hh:mm:ss,ttt`, nothing may follow.
struct CueTiming {
    let start: CueTime
    let end: CueTime
    let settings: String

    init(_ line: SubtitleLine, format: SubtitleFormat) throws(SubtitleError) {
        var cursor = TimingCursor(rest: line.bytes)
        guard let start = try cursor.time(format, line.number), cursor.spaces() > 0, cursor.take("-->".utf8),
            cursor.spaces() > 0, let end = try cursor.time(format, line.number)
        else { throw SubtitleError(line: line.number, .badTiming) }
        guard start < end else { throw SubtitleError(line: line.number, .endNotAfterStart) }
        self.start = start
        self.end = end

        let gap = cursor.spaces()
        if cursor.rest.isEmpty {
            settings = ""
        } else if gap == 0 {
            throw SubtitleError(line: line.number, .badTiming)
        } else if format == .subRip {
            throw SubtitleError(line: line.number, .settingsInSubRip)
        } else {
            settings = try CueSettings.check(cursor.rest, line: line.number)
        }
    }
}

/// Walks over the bytes of a timing.
struct TimingCursor {
    var rest: ArraySlice<UInt8>

    mutating func spaces() -> Int {
        let spaces = rest.prefix(while: isSpace)
        rest = rest.dropFirst(spaces.count)
        return spaces.count
    }

    mutating func take(_ expected: some Collection<UInt8>) -> Bool {
        guard rest.starts(with: expected) else { return false }
        rest = rest.dropFirst(expected.count)
        return true
    }

    /// A run of digits, as many as `count` allows; six at most, so that the number stays small.
    private mutating func digits(_ count: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix(while: isDigit)
        guard count.contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// nil: not a time. Throws for one that is readable and too late.
    mutating func time(_ format: SubtitleFormat, _ line: Int) throws(SubtitleError) -> CueTime? {
        let length = rest.prefix(while: isDigit).count
        guard let first = digits(2...6), take(":".utf8), let second = digits(2...2) else { return nil }
        var (hours, minutes, seconds) = (0, first, second)
        if take(":".utf8) {
            guard let third = digits(2...2) else { return nil }
            (hours, minutes, seconds) = (first, second, third)
        } else if format == .subRip || length != 2 {
            return nil
        }
        guard take((format == .subRip ? "," : ".").utf8), let thousandths = digits(3...3) else { return nil }
        guard minutes < 60, seconds < 60 else { return nil }
        guard let time = CueTime(milliseconds: ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths) else {
            throw SubtitleError(line: line, .timeTooLate)
        }
        return time
    }
}
