import FilmClubModel
import Testing

@Suite("Event envelopes")
struct EnvelopeTests {
    let envelope: EventEnvelope

    init() throws {
        envelope = EventEnvelope(
            id: try EventID("0198f000-0000-7000-8000-000000000001"), source: .checkout, type: OrderPlaced.type,
            subject: "0198f000-0000-7000-8000-000000000002", time: try Instant("2026-01-05T10:00:00.25Z"), sequence: 7,
            trace: try TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            correlationID: try CorrelationID("0198f000-0000-7000-8000-000000000003"),
            causationID: try EventID("0198f000-0000-7000-8000-000000000004"))
    }

    private func changed(_ name: String, to value: String?) -> [EventHeader] {
        envelope.headers.compactMap { header in
            guard header.name == name else { return header }
            return value.map { (name, Array($0.utf8)) }
        }
    }

    @Test("The headers are CloudEvents 1.0 in Kafka's binary mode")
    func writing() {
        let text = envelope.headers.map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self))" }
        #expect(
            text == [
                "ce_specversion: 1.0",
                "ce_id: 0198f000-0000-7000-8000-000000000001",
                "ce_source: urn:filmclub:checkout",
                "ce_type: org.filmclub.OrderPlaced",
                "ce_subject: 0198f000-0000-7000-8000-000000000002",
                "ce_time: 2026-01-05T10:00:00.250000Z",
                "ce_dataschema: urn:filmclub:schema:OrderPlaced:1.1",
                "ce_sequence: 0000000000000000007",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "ce_correlationid: 0198f000-0000-7000-8000-000000000003",
                "ce_causationid: 0198f000-0000-7000-8000-000000000004",
                "content-type: application/json",
            ])
    }

    @Test("What was written is read again, whatever stands between")
    func roundTrip() throws {
        let foreign: EventHeader = ("x-foreign", [0xFF])
        #expect(try EventEnvelope(headers: [foreign] + envelope.headers.reversed() + [foreign]) == envelope)
        var bare = envelope
        bare.trace = nil
        bare.correlationID = nil
        bare.causationID = nil
        #expect(try EventEnvelope(headers: bare.headers) == bare)
    }

    @Test(
        "A missing attribute is named",
        arguments: [
            "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema", "ce_sequence",
        ])
    func missing(name: String) {
        #expect(throws: EnvelopeError.missing(name)) { try EventEnvelope(headers: changed(name, to: nil)) }
    }

    @Test("A repeated attribute is refused, and so is one that is not UTF-8")
    func repeated() {
        #expect(throws: EnvelopeError.repeated("ce_id")) {
            try EventEnvelope(headers: envelope.headers + [("ce_id", Array("x".utf8))])
        }
        let broken = envelope.headers.map { $0.name == "ce_subject" ? ($0.name, [0xC3]) : $0 }
        #expect(throws: EnvelopeError.notUTF8("ce_subject")) { try EventEnvelope(headers: broken) }
    }

    @Test(
        "A malformed attribute is refused",
        arguments: [
            ("ce_specversion", "0.3"), ("ce_id", "1"), ("ce_source", "checkout"), ("ce_source", "urn:filmclub:"),
            ("ce_type", "OrderPlaced"), ("ce_type", "org.filmclub."), ("ce_type", "org.filmclub.order placed"),
            ("ce_subject", ""), ("ce_subject", "a b"), ("ce_subject", String(repeating: "a", count: 201)),
            ("ce_time", "yesterday"), ("ce_dataschema", "urn:filmclub:schema:OrderPlaced:1"),
            ("ce_dataschema", "urn:filmclub:schema:OrderPlaced:01.0"),
            ("ce_dataschema", "urn:filmclub:schema:OrderPlaced:0.1"),
            ("ce_dataschema", "urn:filmclub:schema:OrderPlaced:99999999999999999999.0"),
            ("ce_dataschema", "urn:filmclub:schema:FilmChanged:1.0"), ("ce_sequence", "7"),
            ("ce_sequence", "0000000000000000000"), ("ce_sequence", "9999999999999999999"),
            ("ce_sequence", "-000000000000000007"), ("ce_correlationid", "x"), ("ce_causationid", "x"),
            ("content-type", "text/plain"),
        ])
    func malformed(name: String, value: String) {
        let error = #expect(throws: EnvelopeError.self) { try EventEnvelope(headers: changed(name, to: value)) }
        #expect(error?.description.contains(name) == true)
    }

    @Test("A malformed traceparent loses the trace, not the event")
    func malformedTrace() throws {
        #expect(try EventEnvelope(headers: changed("traceparent", to: "00-0-0-0")).trace == nil)
    }

    @Test("Parameters of the content type are ignored")
    func contentType() throws {
        let headers = changed("content-type", to: "application/JSON; charset=utf-8")
        #expect(try EventEnvelope(headers: headers) == envelope)
    }

    @Test("The texts of sequences sort as their numbers")
    func sequences() {
        let numbers: [Int64] = [1, 9, 10, 99, 1_000_000, .max]
        let texts = numbers.map(EventEnvelope.sequenceText)
        #expect(texts == texts.sorted())
        #expect(texts.allSatisfy { $0.utf8.count == 19 })
    }

    @Test(
        "Unknown types and higher minors are tolerated, a higher major is refused",
        arguments: [
            (EventType("OrderPlaced", 1, 0), EventAcceptance.known),
            (EventType("OrderPlaced", 1, 9), .newerMinor),
            (EventType("OrderFramed", 1, 0), .unknownType),
            (EventType("OrderFramed", 9, 0), .unknownType),
        ])
    func acceptance(type: EventType, acceptance: EventAcceptance) {
        #expect(type.acceptance == acceptance)
    }

    @Test("The refusal of a higher major says both versions")
    func higherMajor() {
        guard case .refused(let reason) = EventType("OrderPlaced", 2, 0).acceptance else {
            Issue.record("a higher major was accepted")
            return
        }
        #expect(reason.contains("2.0"))
        #expect(reason.contains("1.1"))
    }
}
