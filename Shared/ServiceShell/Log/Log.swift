public import FilmClubModel
internal import JSON

public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// The log: one JSON object a line, with `ts`, `level`, `event` and fields. Events have stable dotted names
/// (`order.placed`), which are literals of the program; what varies goes into fields.
///
///     log.info("order.placed", [.orderID: .id(order.id), "films": .count(5)])
///
/// Names and values that could hold a person, a title somebody watched or a secret are struck out
/// (`LogField.forbidden`, `LogRedaction`), whoever writes them.
public struct Log: Sendable {
    /// The least level that is written.
    public let level: LogLevel
    private let sink: any LogSink
    private let now: @Sendable () -> Instant
    private let context: LogFields

    public init(
        to sink: any LogSink, level: LogLevel = .info, fields: LogFields = [:],
        now: @escaping @Sendable () -> Instant = { .now() }
    ) {
        self.sink = sink
        self.level = level
        self.now = now
        context = fields
    }

    /// A log whose every line has these fields too.
    public func with(_ fields: LogFields) -> Log {
        Log(to: sink, level: level, fields: context.merging(fields), now: now)
    }

    public func debug(_ event: StaticString, _ fields: LogFields = [:]) { write(.debug, event, fields) }
    public func info(_ event: StaticString, _ fields: LogFields = [:]) { write(.info, event, fields) }
    public func warning(_ event: StaticString, _ fields: LogFields = [:]) { write(.warning, event, fields) }
    public func error(_ event: StaticString, _ fields: LogFields = [:]) { write(.error, event, fields) }

    public func write(_ level: LogLevel, _ event: StaticString, _ fields: LogFields = [:]) {
        guard level >= self.level else { return }
        sink.accept(Self.line(at: now(), level, "\(event)", context.merging(fields)), level: level)
    }

    /// One line with its line feed.
    static func line(at time: Instant, _ level: LogLevel, _ event: String, _ fields: LogFields) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("ts")
        writer.string(time.description)
        writer.key("level")
        writer.string(level.rawValue)
        writer.key("event")
        writer.string(event)
        for (field, value) in fields.all {
            writer.key(field.name)
            write(LogField.forbidden.contains(field.name) ? .text(Configuration.redaction) : value, to: &writer)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func write(_ value: LogValue, to writer: inout JSONWriter) {
        switch value {
        case .text(let text): writer.string(LogRedaction.clean(text))
        case .integer(let integer): writer.integer(integer)
        case .number(let number): number.isFinite ? writer.double(number) : writer.null()
        case .flag(let flag): writer.bool(flag)
        case .texts(let texts):
            writer.beginArray()
            for text in texts { writer.string(LogRedaction.clean(text)) }
            writer.endArray()
        }
    }
}
