/// A moment of a film, counted from its first picture, in whole milliseconds: 0 to 24 hours.
///
/// The range is checked once, here, so that later arithmetic on any two of them cannot overflow.
public struct CueTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    public static let millisecondsMax = SubtitleLimits.hoursMax * 3_600_000
    public static let zero = CueTime(unchecked: 0)

    public let milliseconds: Int

    public init?(milliseconds: Int) {
        guard (0...Self.millisecondsMax).contains(milliseconds) else { return nil }
        self.milliseconds = milliseconds
    }

    private init(unchecked milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    public static func < (left: CueTime, right: CueTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// As WebVTT writes it, always with hours: `00:01:02.345`.
    public var description: String {
        let seconds = milliseconds / 1000
        return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
            + ".\(padded(milliseconds % 1000, 3))"
    }
}

/// `number` in decimal with at least `digits` digits.
func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
