internal import FilmClubModel
internal import JSON

/// The OpenTelemetry protocol's JSON form (OTLP 1.x, "JSON Protobuf Encoding"): ids in hexadecimal, 64-bit numbers as
/// text, enumerations as numbers.
enum OTLP {
    /// An `ExportTraceServiceRequest`.
    static func document(_ spans: [Span], service: String) -> [UInt8] {
        let resource: JSONValue = [
            "attributes": .array([
                attribute("service.name", .text("filmclub-\(service)")),
                attribute("service.version", .text(Shell.version)),
            ])
        ]
        let scope: JSONValue = ["scope": ["name": "filmclub"], "spans": .array(spans.map(span))]
        return JSON.encode(["resourceSpans": [["resource": resource, "scopeSpans": [scope]]]] as JSONValue)
    }

    private static func span(_ span: Span) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("traceId", .string(span.context.traceID)), ("spanId", .string(span.context.spanID)),
            ("name", .string(span.name)), ("kind", .integer(span.kind.rawValue)),
            ("startTimeUnixNano", nanoseconds(span.begin)), ("endTimeUnixNano", nanoseconds(span.end)),
            ("attributes", .array(span.attributes.map { attribute($0.name, $0.value) })),
        ]
        if let parent = span.parent { members.append(("parentSpanId", .string(parent.spanID))) }
        // STATUS_CODE_ERROR; what went well is left unset.
        if span.hasFailed { members.append(("status", ["code": 2])) }
        return .object(JSONObject(members))
    }

    private static func attribute(_ name: String, _ value: Span.Attribute) -> JSONValue {
        switch value {
        case .text(let text): ["key": .string(name), "value": ["stringValue": .string(text)]]
        case .integer(let number): ["key": .string(name), "value": ["intValue": .string("\(number)")]]
        }
    }

    /// Before 1970 there is no such number: the clock was not set.
    private static func nanoseconds(_ instant: Instant) -> JSONValue {
        .string("\(max(instant.microsecondsSince1970, 0))000")
    }
}
