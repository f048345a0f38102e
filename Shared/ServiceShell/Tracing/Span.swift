public import FilmClubModel

/// One step of a trace, done: what a process did, from when to when. Its attributes follow OpenTelemetry's semantic
/// conventions, and like a log line it names no person, no title and no path.
public struct Span: Sendable {
    /// The numbers are OTLP's `Span.SpanKind`.
    public enum Kind: Int64, Sendable {
        /// Answers a request.
        case server = 2
        /// Hands a message to a broker.
        case producer = 4
        /// Applies a message.
        case consumer = 5
    }

    public enum Attribute: Sendable {
        case text(String)
        case integer(Int64)
    }

    /// The step's own place: its trace, and the id that later steps name as their parent.
    public let context: TraceContext
    /// The step that this one follows from; nil where the trace begins.
    public let parent: TraceContext?
    public let kind: Kind
    public let name: String
    public let begin: Instant
    public let end: Instant
    public let attributes: [(name: String, value: Attribute)]
    public let hasFailed: Bool

    public init(
        _ kind: Kind, _ name: String, context: TraceContext, parent: TraceContext?, begin: Instant, end: Instant,
        attributes: [(name: String, value: Attribute)] = [], hasFailed: Bool = false
    ) {
        self.kind = kind
        self.name = name
        self.context = context
        self.parent = parent
        self.begin = begin
        self.end = end
        self.attributes = attributes
        self.hasFailed = hasFailed
    }
}
