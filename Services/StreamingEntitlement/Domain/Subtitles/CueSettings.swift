/// The settings after a WebVTT timing (W3C WebVTT §4.4): each name once, each value as the specification allows.
enum CueSettings {
    /// The settings one space apart, otherwise as they were written.
    static func check(_ bytes: ArraySlice<UInt8>, line: Int) throws(SubtitleError) -> String {
        guard !bytes.contains(sequence: "-->".utf8) else { throw SubtitleError(line: line, .badSetting) }
        var seen: Set<String> = []
        let settings = bytes.split(whereSeparator: isSpace).map { String(decoding: $0, as: UTF8.self) }
        for setting in settings {
            let parts = setting.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, isAllowed(name: String(parts[0]), value: String(parts[1])) else {
                throw SubtitleError(line: line, .badSetting)
            }
            guard seen.insert(String(parts[0])).inserted else { throw SubtitleError(line: line, .repeatedSetting) }
        }
        return settings.joined(separator: " ")
    }

    private static func isAllowed(name: String, value: String) -> Bool {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        func with(_ alignments: Set<String>, _ isFirst: (String) -> Bool) -> Bool {
            switch parts.count {
            case 1: isFirst(parts[0])
            case 2: isFirst(parts[0]) && alignments.contains(parts[1])
            default: false
            }
        }
        return switch name {
        case "vertical": ["rl", "lr"].contains(value)
        case "line": with(["start", "center", "end"]) { isPercentage($0) || isLineNumber($0) }
        case "position": with(["line-left", "center", "line-right"], isPercentage)
        case "size": isPercentage(value)
        case "align": ["start", "center", "end", "left", "right"].contains(value)
        case "region": !value.isEmpty
        default: false
        }
    }

    /// `50%`, `33.3%`: 0 to 100.
    private static func isPercentage(_ text: String) -> Bool {
        guard text.utf8.last == UInt8(ascii: "%") else { return false }
        let parts = text.utf8.dropLast().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ (1...6).contains($0.count) && $0.allSatisfy(isDigit) })
        else { return false }
        let whole = parts[0].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        let hasFraction = parts.count == 2 && parts[1].contains { $0 != UInt8(ascii: "0") }
        return whole < 100 || (whole == 100 && !hasFraction)
    }

    /// `0`, `-1`, `12`.
    private static func isLineNumber(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        return (1...4).contains(digits.count) && digits.allSatisfy(isDigit)
    }
}
