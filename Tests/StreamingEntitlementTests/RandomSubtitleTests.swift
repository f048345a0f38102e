import StreamingEntitlementDomain
import TestSupport
import Testing

/// Random input: nothing may trap, and what is accepted must survive being written and read again.
struct RandomSubtitleTests {
    @Test("No input ends the process, and what is accepted is written and read back unchanged")
    func randomInput() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        var accepted = 0
        for _ in 0..<3_000 {
            let bytes = Self.file(&random)
            for format in [SubtitleFormat.webVTT, .subRip] {
                guard let track = try? CueTrack(bytes, format: format) else { continue }
                accepted += 1
                let again = try CueTrack(webVTT: Array(track.webVTT.utf8))
                #expect(again == track, "seed \(seed)")
                try Self.checkSegments(of: track, &random, seed)
            }
        }
        #expect(accepted > 100, "seed \(seed): the generator makes too few readable files to test anything")
    }

    /// Each cue is in every segment that it touches and in no other.
    private static func checkSegments(of track: CueTrack, _ random: inout SeededRandom, _ seed: UInt64) throws {
        let segmenter = try #require(
            SubtitleSegmenter(
                segmentMilliseconds: Int.random(in: 1_000...20_000, using: &random),
                filmMilliseconds: Int.random(in: 1...200_000, using: &random)))
        let segments = segmenter.segments(of: track)
        #expect(segments.count == segmenter.segmentCount, "seed \(seed)")
        for (index, segment) in segments.enumerated() {
            let from = index * segmenter.segmentMilliseconds
            let to = min(from + segmenter.segmentMilliseconds, segmenter.filmMilliseconds)
            let expected = track.cues.filter { $0.start.milliseconds < to && $0.end.milliseconds > from }
            #expect(
                segment.utf8.split(separator: UInt8(ascii: "\n")).count { $0.contains(arrow) } == expected.count,
                "seed \(seed)")
        }
    }

    private static let pieces = [
        "WEBVTT", "\n", "\n\n", "\r\n", "\r", "00:00:01.000 --> 00:00:02.000", "00:00:01,500 --> 00:00:02,000",
        "99:59:59.999", " --> ", "-->", "1", "NOTE ", "STYLE\n", "line:0", "align:left", "<i>", "</i>", "<v Ana>",
        "&amp;",
        "<00:00:01.500>", "{\\an8}", "<font>", "ñ", "\u{0301}", "\u{FEFF}", "\u{0}", "text", " ", "\t", "<", ">",
    ]

    /// Half of the files are a well-formed one with a few changes; the others are pieces thrown together, or bytes.
    private static func file(_ random: inout SeededRandom) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return (0..<Int.random(in: 0..<64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1:
            let count = Int.random(in: 0..<24, using: &random)
            return (0..<count).flatMap { _ in Array((pieces.randomElement(using: &random) ?? "").utf8) }
        default:
            return mutated(wellFormed(&random), &random)
        }
    }

    private static func wellFormed(_ random: inout SeededRandom) -> [UInt8] {
        let isWebVTT = Bool.random(using: &random)
        var text = isWebVTT ? "WEBVTT\n" : ""
        var start = 0
        for number in 1...Int.random(in: 1...6, using: &random) {
            start += Int.random(in: 0..<9_000, using: &random)
            let end = start + Int.random(in: 1..<12_000, using: &random)
            let times = [start, end].map { CueTime(milliseconds: $0)?.description ?? "" }
            let timing = times.joined(separator: " --> ")
            text += isWebVTT ? "\n\(timing)\n" : "\n\(number)\n\(String(timing.map { $0 == "." ? "," : $0 }))\n"
            text += ["uno", "<i>dos</i>\ntres", "ñandú & <b>más</b>"].randomElement(using: &random) ?? ""
            text += "\n"
        }
        return Array(text.utf8)
    }

    private static func mutated(_ file: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = file
        for _ in 0..<Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 9))
            }
        }
        return bytes
    }

    private static let arrow = Array(" --> ".utf8)
}
