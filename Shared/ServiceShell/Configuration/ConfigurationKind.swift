/// How the text of one setting becomes a value: what to call it in `--help`, how to read it, how to show a default.
public struct ConfigurationKind<Value: Sendable>: Sendable {
    /// What a person may write, e.g. "integer from 0 to 65535".
    public let description: String
    let parse: @Sendable (String) -> Value?
    let format: @Sendable (Value) -> String

    /// A kind of your own: `parse` answers nil for text that is not such a value; `format` must give text that
    /// `parse` takes back.
    public init(
        description: String, parse: @escaping @Sendable (String) -> Value?,
        format: @escaping @Sendable (Value) -> String
    ) {
        self.description = description
        self.parse = parse
        self.format = format
    }
}

extension ConfigurationKind where Value == String {
    /// Any text without control characters.
    public static var text: ConfigurationKind {
        ConfigurationKind(description: "text", parse: { isPlain($0) ? $0 : nil }, format: { $0 })
    }

    /// A path of the file system; whether the file is there is the reader's business.
    public static var path: ConfigurationKind {
        ConfigurationKind(description: "path", parse: { isPlain($0) ? $0 : nil }, format: { $0 })
    }

    /// A path of a file that this process can read now.
    public static var readableFile: ConfigurationKind {
        ConfigurationKind(
            description: "the path of a file that can be read",
            parse: { path in isPlain(path) && (try? SmallFile.bytes(of: path)) != nil ? path : nil }, format: { $0 })
    }

    /// An absolute URL of one of these schemes, without white space: `scheme://authority…`.
    public static func url(schemes: [String] = ["http", "https"]) -> ConfigurationKind {
        ConfigurationKind(
            description: "URL (\(schemes.joined(separator: ", ")))",
            parse: { text in
                guard isPlain(text), !text.contains(" ") else { return nil }
                for scheme in schemes where text.lowercased().hasPrefix("\(scheme)://") {
                    let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
                    return authority.isEmpty ? nil : text
                }
                return nil
            },
            format: { $0 })
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }
}

extension ConfigurationKind where Value == Int {
    public static func integer(in range: ClosedRange<Int>) -> ConfigurationKind {
        ConfigurationKind(
            description: "integer from \(range.lowerBound) to \(range.upperBound)",
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, format: { String($0) })
    }
}

extension ConfigurationKind where Value == Double {
    /// A part of a whole: `0.25`.
    public static var share: ConfigurationKind {
        ConfigurationKind(
            description: "number from 0 to 1",
            parse: { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } }, format: { "\($0)" })
    }
}

extension ConfigurationKind where Value == Bool {
    public static var flag: ConfigurationKind {
        ConfigurationKind(
            description: "true or false", parse: { ["true": true, "false": false][$0.lowercased()] },
            format: { $0 ? "true" : "false" })
    }
}

extension ConfigurationKind where Value == Duration {
    /// A whole number and its unit: `250ms`, `10s`, `5m`, `2h` or `7d`.
    public static func duration(in range: ClosedRange<Duration>) -> ConfigurationKind {
        ConfigurationKind(
            description: "duration from \(formatDuration(range.lowerBound)) to \(formatDuration(range.upperBound))",
            parse: { text in parseDuration(text).flatMap { range.contains($0) ? $0 : nil } }, format: formatDuration)
    }

    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
    ]

    private static func parseDuration(_ text: String) -> Duration? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Int64(text.dropLast(unit.suffix.count)), count >= 0
        else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    private static func formatDuration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        let unit = units.dropFirst().first { milliseconds % $0.milliseconds == 0 } ?? units[0]
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}

extension ConfigurationKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enumeration's names.
    public static func choice(_ type: Value.Type = Value.self) -> ConfigurationKind {
        ConfigurationKind(
            description: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
            parse: { Value(rawValue: $0) }, format: { $0.rawValue })
    }
}
