internal import FilmClubModel
internal import ServiceShell

/// The steps of a trace between a service's log and the next service's inbox, named as OpenTelemetry's semantic
/// conventions for messaging have them. The record's `traceparent` is the step that wrote the event (it goes out with
/// the same bytes each time), so both steps are children of that one.
extension Span {
    /// From the event's writing to the broker's acknowledgement.
    static func publishing(_ event: LoggedEvent, of trace: TraceContext, acknowledged: Instant) -> Span {
        Span(
            .producer, "send \(event.topic)", context: trace.child(), parent: trace, begin: event.envelope.time,
            end: max(event.envelope.time, acknowledged),
            attributes: attributes("send", event.topic, event.envelope))
    }

    /// The transaction in which an event took effect; others may have shared it.
    static func applying(
        _ event: InboxEvent, as trace: TraceContext, from begin: Instant, to end: Instant
    ) -> Span {
        Span(
            .consumer, "process \(event.topic.name)", context: trace, parent: event.envelope.trace, begin: begin,
            end: max(begin, end), attributes: attributes("process", event.topic.name, event.envelope))
    }

    private static func attributes(
        _ operation: String, _ topic: String, _ event: EventEnvelope
    ) -> [(name: String, value: Attribute)] {
        [
            ("messaging.system", .text("kafka")), ("messaging.operation.name", .text(operation)),
            ("messaging.destination.name", .text(topic)), ("messaging.message.id", .text("\(event.id)")),
            ("filmclub.event.type", .text(event.type.name)),
        ]
    }
}
