import FilmClubModel
import Testing

@Suite("Trace context")
struct TraceContextTests {
    static let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("The specification's example is read and written unchanged")
    func example() throws {
        let trace = try TraceContext(Self.example)
        #expect(trace.traceparent == Self.example)
        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(trace.spanID == "00f067aa0ba902b7")
        #expect(trace.isSampled)
    }

    @Test("A child stays in the trace under a step of its own")
    func child() throws {
        let trace = try TraceContext(Self.example)
        let child = trace.child()
        #expect(child.traceID == trace.traceID)
        #expect(child.spanID != trace.spanID)
        #expect(child.flags == trace.flags)
        #expect(try TraceContext(child.traceparent) == child)
        #expect(TraceContext.root().traceID != TraceContext.root().traceID)
    }

    @Test("Of a later version the known part is read")
    func laterVersion() throws {
        let later = "cc" + Self.example.dropFirst(2)
        #expect(try TraceContext(later).traceparent == Self.example)
        #expect(try TraceContext(later + "-what-the-future-holds").traceparent == Self.example)
        #expect(throws: InvalidValue.self) { try TraceContext(later + "x") }
    }

    @Test(
        "What the specification forbids is refused",
        arguments: [
            "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
            "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ])
    func refusals(text: String) {
        #expect(throws: InvalidValue.self) { try TraceContext(text) }
    }
}
