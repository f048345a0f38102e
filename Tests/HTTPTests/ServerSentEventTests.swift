import Testing

@testable import HTTPServer

@Suite("Server-sent event")
struct ServerSentEventTests {
    private func text(_ event: ServerSentEvent) throws -> String {
        try #require(event.encoded.map { String(decoding: $0, as: UTF8.self) })
    }

    @Test("Each line of the data is a line of its own, whatever ends it")
    func data() throws {
        for (data, expected) in [
            ("one", "data: one\n\n"), ("", "data: \n\n"), (" led", "data:  led\n\n"), ("a:b", "data: a:b\n\n"),
            ("one\ntwo", "data: one\ndata: two\n\n"), ("one\r\ntwo\rthree", "data: one\ndata: two\ndata: three\n\n"),
            ("one\n", "data: one\ndata: \n\n"), ("\n\r", "data: \ndata: \ndata: \n\n"),
            ("Nuestra película", "data: Nuestra película\n\n"),
        ] {
            let written = try text(ServerSentEvent(data))
            #expect(written == expected)
        }
    }

    @Test("Name, id and the time to come again are fields before the data")
    func fields() throws {
        let event = ServerSentEvent("x", name: "order", id: "7", reconnectsAfter: .milliseconds(2_500))
        for (event, expected) in [
            (event, "retry: 2500\nid: 7\nevent: order\ndata: x\n\n"),
            (ServerSentEvent("x", id: ""), "id: \ndata: x\n\n"),
            (ServerSentEvent("x", reconnectsAfter: .seconds(-1)), "retry: 0\ndata: x\n\n"),
            // Beyond what milliseconds can say: no trap.
            (
                ServerSentEvent("x", reconnectsAfter: .seconds(Int64.max)),
                "retry: 4611686018427387903\ndata: x\n\n"
            ),
        ] {
            let written = try text(event)
            #expect(written == expected)
        }
    }

    @Test("What would begin another field is no event")
    func injections() {
        for text in ["a\nb", "a\rb", "a\r\nb", "\n", "a\u{0}b"] {
            #expect(ServerSentEvent("x", name: text).encoded == nil)
            #expect(ServerSentEvent("x", id: text).encoded == nil)
        }
    }
}
