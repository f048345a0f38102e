import FilmClubModel
import Testing

@Suite("Instants")
struct InstantTests {
    @Test(
        "A text is read to the microsecond, and written in UTC",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("1985-04-12T23:20:50.52Z", 482_196_050_520_000, "1985-04-12T23:20:50.520000Z"),
            ("1996-12-19T16:39:57-08:00", 851_042_397_000_000, "1996-12-20T00:39:57Z"),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000, "1937-01-01T11:40:27.870000Z"),
            ("2024-02-29T23:59:59.9999999Z", 1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z"),
            ("2000-02-29T00:00:00-00:00", 951_782_400_000_000, "2000-02-29T00:00:00Z"),
            ("1969-12-31T23:59:59.000001Z", -999_999, "1969-12-31T23:59:59.000001Z"),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(String, Int64, String)])
    func reading(text: String, microseconds: Int64, canonical: String) throws {
        let instant = try Instant(text)
        #expect(instant.microsecondsSince1970 == microseconds)
        #expect(instant.text == canonical)
        #expect(try Instant(canonical) == instant)
    }

    @Test(
        "What is no RFC 3339 time in UTC or with an offset is refused",
        arguments: [
            "", "2026", "2026-01-05", "2026-01-05T10:00:00", "2026-01-05 10:00:00Z", "2026-01-05t10:00:00Z",
            "2026-01-05T10:00:00z", "2026-13-05T10:00:00Z", "2026-00-05T10:00:00Z", "2026-02-29T10:00:00Z",
            "2100-02-29T10:00:00Z", "2026-04-31T10:00:00Z", "2026-01-00T10:00:00Z", "2026-01-05T24:00:00Z",
            "2026-01-05T10:60:00Z", "2026-01-05T10:00:61Z", "2026-01-05T10:00:00.Z", "2026-01-05T10:00:00.1234567890Z",
            "2026-01-05T10:00:00+0100", "2026-01-05T10:00:00+24:00", "2026-01-05T10:00:00+01:60",
            "2026-01-05T10:00:00Z ", "+2026-01-05T10:00:00Z", "2026-1-05T10:00:00Z", "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "２０２６-01-05T10:00:00Z",
        ])
    func refusals(text: String) {
        #expect(throws: InvalidValue.self) { try Instant(text) }
    }

    @Test("A leap second is refused by name")
    func leapSecond() {
        let error = #expect(throws: InvalidValue.self) { try Instant("1990-12-31T23:59:60Z") }
        #expect(error?.sentence.contains("leap second") == true)
    }

    @Test("Every day from 1583 to 2400 survives the way through its text")
    func calendar() throws {
        let first = try Instant("1583-01-01T00:00:00Z")
        for day in stride(from: 0, to: 365 * 817, by: 13) {
            let instant = first + .seconds(Int64(day) * 86_400)
            #expect(try Instant(instant.text) == instant)
        }
    }

    @Test("Arithmetic stops at the edges of time and never traps")
    func arithmetic() throws {
        let noon = try Instant("2026-01-05T12:00:00Z")
        #expect((noon + .seconds(90)).text == "2026-01-05T12:01:30Z")
        #expect((noon - .microseconds(1)).text == "2026-01-05T11:59:59.999999Z")
        #expect(noon + .seconds(Int64.max) == .latest)
        #expect(noon - .seconds(Int64.max) == .earliest)
        #expect(Instant.earliest - .microseconds(1) == .earliest)
        #expect((noon + .milliseconds(250)) - noon == .milliseconds(250))
        #expect(try Instant("1969-12-31T23:59:59.9Z").secondsSince1970 == -1)
        #expect(try Instant("1969-12-31T23:59:59.9Z").millisecondsSince1970 == -100)
        #expect(throws: InvalidValue.self) { try Instant(microsecondsSince1970: .max) }
    }

    @Test("The wall clock is an instant of this century")
    func now() throws {
        #expect(Instant.now() > (try Instant("2024-01-01T00:00:00Z")))
        #expect(Instant.now() < (try Instant("2100-01-01T00:00:00Z")))
    }
}
