import FilmClubModel
import FoundationEssentials
import JSON
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    /// The example of RFC 9562, appendix A.6: 2022-02-22T14:22:22.00-05:00.
    static let rfcExample = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

    @Test("A new id is a UUID of version 7 that begins with its birth in milliseconds")
    func version7() throws {
        let now = try Instant("2022-02-22T14:22:22-05:00")
        let text = FilmID.generate(now: now).text
        #expect(text.hasPrefix("017f22e2-79b0-7"))
        #expect("89ab".contains(try #require(text.dropFirst(19).first)))
    }

    @Test("Ids sort by the microsecond they were born in")
    func order() throws {
        let start = try Instant("2026-01-05T10:00:00Z")
        let ids = (0..<3_000).map { FilmID.generate(now: start + .microseconds($0)) }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test("No two ids of the same instant are equal")
    func uniqueness() throws {
        let now = try Instant("2026-01-05T10:00:00Z")
        #expect(Set((0..<10_000).map { _ in OrderID.generate(now: now) }).count == 10_000)
    }

    @Test("A time before 1970 still gives an id")
    func beforeTheEpoch() {
        #expect(OrderID.generate(now: .earliest).text.hasPrefix("00000000-0000-7000-"))
        #expect(OrderID.generate(now: .latest).text.count == 36)
    }

    @Test("The text is canonical and comes back as the same id")
    func canonicalText() throws {
        let id = try FilmID(Self.rfcExample)
        #expect(id.text == Self.rfcExample)
        #expect(try FilmID(Self.rfcExample.uppercased()) == id)
        #expect(id.uuid == UUID(uuidString: Self.rfcExample))
        #expect(FilmID(UUID(uuidString: Self.rfcExample) ?? UUID()).text == Self.rfcExample)
    }

    @Test(
        "What is not exactly a UUID is refused",
        arguments: [
            "", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", " 017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "０17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        ])
    func refusals(text: String) {
        #expect(throws: InvalidValue.self) { try FilmID(text) }
    }

    @Test("In JSON an id is its text, and a wrong one is refused where it stands")
    func json() throws {
        let id = try FilmID(Self.rfcExample)
        #expect(try JSON.encode([id]) == Array("[\"\(Self.rfcExample)\"]".utf8))
        let error = #expect(throws: JSONError.self) {
            try JSON.decode([FilmID].self, from: Array("[\"\(Self.rfcExample)\",\n \"film\"]".utf8))
        }
        #expect(error?.path == "[1]")
        #expect(error?.line == 2)
        #expect(error?.message.contains("“film” is no UUID") == true)
    }
}
