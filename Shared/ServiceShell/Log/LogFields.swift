/// The name of a field. It is a literal of the program, so that no outside text can become one.
public struct LogField: Hashable, Sendable, ExpressibleByStringLiteral {
    public let name: String

    public init(stringLiteral value: StaticString) { name = "\(value)" }

    public static let requestID: LogField = "request_id"
    public static let traceID: LogField = "trace_id"
    public static let orderID: LogField = "order_id"
    public static let error: LogField = "error"
    public static let duration: LogField = "duration_ms"

    /// Fields that would hold a person, what a person watched, or a secret. A log has no use for them: whatever
    /// value they are given, `•••` is written. The person's institution and our own ids are what one may log.
    static let forbidden: Set<String> = [
        "authorization", "card", "cookie", "email", "film_title", "first_name", "last_name", "name", "password",
        "person", "person_id", "phone", "secret", "subject", "title", "token", "user", "user_id", "viewer",
        "viewer_id",
    ]
}

/// The value of a field. A string literal is a value; text that the program has computed must be wrapped in `.text`,
/// which is the place to think about whose text it is.
public enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case flag(Bool)
    case texts([String])

    /// An id of ours or another value whose description is its canonical text.
    public static func id(_ id: some CustomStringConvertible) -> LogValue { .text(id.description) }

    /// What an error says of itself: ours say no bound value, no secret and no person.
    public static func error(_ error: any Error) -> LogValue { .text("\(error)") }

    /// Milliseconds, with microseconds behind the point.
    public static func milliseconds(_ duration: Duration) -> LogValue {
        .number((duration / .microseconds(1)).rounded() / 1_000)
    }

    public static func count(_ count: Int) -> LogValue { .integer(Int64(count)) }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: StaticString) { self = .text("\(value)") }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// Fields in the order written. A field that is set again keeps its place and takes the new value.
public struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
    private(set) var all: [(field: LogField, value: LogValue)] = []

    public init() {}

    public init(dictionaryLiteral elements: (LogField, LogValue)...) {
        for (field, value) in elements { self[field] = value }
    }

    public subscript(field: LogField) -> LogValue? {
        get { all.first { $0.field == field }?.value }
        set {
            let index = all.firstIndex { $0.field == field }
            switch (index, newValue) {
            case (let index?, let value?): all[index].value = value
            case (let index?, nil): all.remove(at: index)
            case (nil, let value?): all.append((field, value))
            case (nil, nil): break
            }
        }
    }

    public func merging(_ others: LogFields) -> LogFields {
        guard !all.isEmpty else { return others }
        var result = self
        for (field, value) in others.all { result[field] = value }
        return result
    }
}
