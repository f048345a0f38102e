import FilmClubModel

enum ValueTargets {
    static let all = [
        instant, trace, of(FilmID.self, "identifier", ["0190a8c4-7b2e-7c3d-8e4f-5a6b7c8d9e0f"], ["-", "ABCDEF", "{"]),
        of(Slug.self, "slug", ["parallel-mothers", "a"], ["-", "--", "A", "0190a8c4-7b2e-7c3d-8e4f-5a6b7c8d9e0f"]),
        of(LanguageTag.self, "language", ["es", "es-419", "zh-Hant-TW"], ["-", "i-klingon", "x-"]),
        of(TimeZoneName.self, "time-zone", ["Europe/Madrid", "UTC"], ["../", "/", "Etc/GMT+1"]),
        of(Currency.self, "currency", ["USD"], ["usd"]),
    ]

    private static let instant = FuzzTarget(
        "instant", share: 60,
        seeds: [
            "2026-01-05T10:30:00Z", "2026-01-05T11:30:00.25+01:00", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "2024-02-29T00:00:00-23:59",
        ], words: ["T", "Z", "+00:00", "-00:00", "+24:00", ".", ".9999999999", "60", "02-29", "0000"],
        make: { random in
            func two() -> String { String(100 + random.below(64)).suffix(2).description }
            return Array(
                "\(1 + random.below(9999) + 10_000)-\(two())-\(two())T\(two()):\(two()):\(two())Z".dropFirst().utf8)
        }
    ) { bytes throws(FuzzFailure) in
        let outcome = try read(bytes, Instant.self)
        guard outcome == "accepted", let instant = try? Instant(String(decoding: bytes, as: UTF8.self)) else {
            return outcome
        }
        // The text sorts as the time does, and an offset moves it by just as much.
        let later = instant + .seconds(1)
        if instant.text.utf8.count == 20, later.text.utf8.count == 20 {
            try promise(instant.text < later.text, "a second later sorts before")
        }
        if bytes.last == UInt8(ascii: "Z"),
            let moved = try? Instant(String(decoding: bytes.dropLast(), as: UTF8.self) + "+01:00")
        {
            try promise(moved + .seconds(3_600) == instant, "an hour's offset is not an hour")
        }
        return outcome
    }

    private static let trace = FuzzTarget(
        "traceparent", share: 40,
        seeds: [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later",
        ], words: ["00000000000000000000000000000000", "ff", "-", "A", "00-"]
    ) { bytes throws(FuzzFailure) in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let trace = try? TraceContext(text) else { return "refused" }
        let written = trace.traceparent
        try promise((try? TraceContext(written)) == trace, "written and read back as another trace")
        try promise(
            text.dropFirst(2).hasPrefix(written.dropFirst(2)), "written with other digits than it was read from")
        try promise(trace.child().traceID == trace.traceID && trace.child().spanID != trace.spanID, "a child's ids")
        return "accepted"
    }

    private static func of<Value: TextValue>(
        _ type: Value.Type, _ name: String, _ seeds: [String], _ words: [String]
    ) -> FuzzTarget {
        FuzzTarget(name, share: 20, seeds: seeds, words: words) { bytes throws(FuzzFailure) in try read(bytes, type) }
    }

    /// One canonical text: what is read and written is read as the same value and written the same way.
    private static func read<Value: TextValue>(_ bytes: [UInt8], _ type: Value.Type) throws(FuzzFailure) -> String {
        guard let value = try? type.init(String(decoding: bytes, as: UTF8.self)) else { return "refused" }
        guard let again = try? type.init(value.text) else {
            throw FuzzFailure("its own text is refused: \(value.text)")
        }
        try promise(again == value && again.text.utf8.elementsEqual(value.text.utf8), "two texts of one value")
        try promise(!value.text.utf8.contains { $0 < 0x20 }, "a control character in a canonical text")
        return "accepted"
    }
}
