/// The CloudEvents 1.0 attributes of an event, as the Kafka binding's binary mode carries them: one header each.
public struct EventEnvelope: Hashable, Sendable {
    /// Unique for good: a consumer that sees it twice sees the same event.
    public var id: EventID
    public var source: ServiceName
    public var type: EventType
    /// The key within the topic.
    public var subject: String
    /// When it happened.
    public var time: Instant
    /// 1…k within (topic, key), without a gap.
    public var sequence: Int64
    public var trace: TraceContext?
    /// What the event belongs to: the same in every event of one piece of work.
    public var correlationID: CorrelationID?
    /// The event that this one follows from.
    public var causationID: EventID?

    public init(
        id: EventID, source: ServiceName, type: EventType, subject: String, time: Instant, sequence: Int64,
        trace: TraceContext? = nil, correlationID: CorrelationID? = nil, causationID: EventID? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.sequence = sequence
        self.trace = trace
        self.correlationID = correlationID
        self.causationID = causationID
    }
}

/// A record's header.
public typealias EventHeader = (name: String, value: [UInt8])

extension EventEnvelope {
    static let subjectBytesMax = 200
    static let contentType = "application/json"

    private static let specVersionBytes = Array("1.0".utf8)
    private static let contentTypeBytes = Array(contentType.utf8)

    /// The headers, always in the same order. Written as bytes, without a text between: a relay with a backlog makes
    /// a million of them.
    public var headers: [EventHeader] {
        var headers: [EventHeader] = []
        headers.reserveCapacity(12)
        func add(_ name: String, _ value: [UInt8]) { headers.append((name, value)) }
        add("ce_specversion", Self.specVersionBytes)
        add("ce_id", id.uuid.canonicalBytes)
        add("ce_source", Array(source.source.utf8))
        add("ce_type", Array(type.typeAttribute.utf8))
        add("ce_subject", Array(subject.utf8))
        add("ce_time", time.textBytes)
        add("ce_dataschema", Array(type.schemaAttribute.utf8))
        add("ce_sequence", Self.sequenceBytes(sequence))
        if let trace { add("traceparent", trace.traceparentBytes) }
        if let correlationID { add("ce_correlationid", correlationID.uuid.canonicalBytes) }
        if let causationID { add("ce_causationid", causationID.uuid.canonicalBytes) }
        add("content-type", Self.contentTypeBytes)
        return headers
    }

    /// Reads the headers of a record. Unknown ones are ignored, a repeated or malformed one is refused; only a
    /// malformed `traceparent` is dropped, because W3C Trace Context asks to begin a new trace then.
    public init(headers: some Sequence<EventHeader>) throws(EnvelopeError) {
        let fields = try EnvelopeFields(headers)
        guard try fields.required("ce_specversion") == "1.0" else {
            throw .invalid("ce_specversion", InvalidValue("Only CloudEvents 1.0 is read here."))
        }
        try fields.checkContentType()
        id = try fields.value("ce_id", EventID.init(_:))
        source = try fields.value("ce_source", ServiceName.init(source:))
        type = try EventType(
            typeAttribute: fields.required("ce_type"), schemaAttribute: fields.required("ce_dataschema"))
        subject = try fields.value("ce_subject", Self.checkedSubject)
        time = try fields.value("ce_time", Instant.init(_:))
        sequence = try fields.value("ce_sequence", Self.sequence)
        trace = fields["traceparent"].flatMap { try? TraceContext($0) }
        correlationID = try fields.valueIfPresent("ce_correlationid", CorrelationID.init(_:))
        causationID = try fields.valueIfPresent("ce_causationid", EventID.init(_:))
    }

    /// 19 digits with leading zeros: the order of texts is the order of numbers (CloudEvents "sequence" extension).
    public static func sequenceText(_ sequence: Int64) -> String {
        String(decoding: sequenceBytes(sequence), as: UTF8.self)
    }

    private static func sequenceBytes(_ sequence: Int64) -> [UInt8] {
        var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 19)
        var rest = max(0, sequence)
        for place in digits.indices.reversed() where rest > 0 {
            digits[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return digits
    }

    static func sequence(_ text: String) throws(InvalidValue) -> Int64 {
        guard text.utf8.count == 19, text.utf8.allSatisfy(\.isASCIIDigit), let number = Int64(text), number > 0 else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no sequence: 19 digits, from 1 on.")
        }
        return number
    }

    private static func checkedSubject(_ text: String) throws(InvalidValue) -> String {
        guard isSubject(text) else {
            throw InvalidValue("A subject has 1 to \(subjectBytesMax) visible ASCII characters.")
        }
        return text
    }

    /// Whether `text` can be an event's subject, and so its key.
    public static func isSubject(_ text: String) -> Bool {
        (1...subjectBytesMax).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// Why a record's headers are no envelope.
public enum EnvelopeError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(String)
    case repeated(String)
    case notUTF8(String)
    case invalid(String, InvalidValue)

    public var description: String {
        switch self {
        case .missing(let header): "The header \(header) is missing."
        case .repeated(let header): "The header \(header) stands there twice."
        case .notUTF8(let header): "The header \(header) is not UTF-8."
        case .invalid(let header, let problem): "The header \(header) is wrong: \(problem)"
        }
    }
}

/// The headers by name, each at most once.
private struct EnvelopeFields {
    private static let names: Set<String> = [
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema", "ce_sequence",
        "traceparent", "ce_correlationid", "ce_causationid", "content-type",
    ]

    private var values: [String: String] = [:]

    init(_ headers: some Sequence<EventHeader>) throws(EnvelopeError) {
        for (name, bytes) in headers where Self.names.contains(name) {
            guard let value = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(name) }
            guard values.updateValue(value, forKey: name) == nil else { throw .repeated(name) }
        }
    }

    subscript(name: String) -> String? { values[name] }

    func required(_ name: String) throws(EnvelopeError) -> String {
        guard let value = values[name] else { throw .missing(name) }
        return value
    }

    func value<Value>(
        _ name: String, _ read: (String) throws(InvalidValue) -> Value
    ) throws(EnvelopeError) -> Value {
        let text = try required(name)
        do throws(InvalidValue) {
            return try read(text)
        } catch {
            throw .invalid(name, error)
        }
    }

    func valueIfPresent<Value>(
        _ name: String, _ read: (String) throws(InvalidValue) -> Value
    ) throws(EnvelopeError) -> Value? {
        values[name] == nil ? nil : try value(name, read)
    }

    /// JSON, with or without parameters; a record without the header is taken as JSON, the only format there is.
    func checkContentType() throws(EnvelopeError) {
        guard let value = values["content-type"] else { return }
        let essence = value.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard essence == EventEnvelope.contentType else {
            throw .invalid("content-type", InvalidValue("\(InvalidValue.quoted(value)) is not application/json."))
        }
    }
}
