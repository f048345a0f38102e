import StreamingEntitlementDomain
import Testing

struct SubtitleSegmenterTests {
    /// Segments of 4 s of a film of 10 s: 0–4, 4–8, 8–10.
    static let segmenter = SubtitleSegmenter(segmentMilliseconds: 4_000, filmMilliseconds: 10_000)

    @Test(
        "A cue stands in every segment that it touches, and in no other",
        arguments: [
            ("00:01.000 --> 00:02.000", [0]),
            ("00:03.999 --> 00:04.000", [0]),
            ("00:03.999 --> 00:04.001", [0, 1]),
            ("00:04.000 --> 00:05.000", [1]),
            ("00:00.000 --> 00:10.000", [0, 1, 2]),
            ("00:07.000 --> 00:08.001", [1, 2]),
            ("00:09.999 --> 00:12.000", [2]),
            ("00:10.000 --> 00:12.000", []),
        ])
    func boundaries(timing: String, segments: [Int]) throws {
        let segmenter = try #require(Self.segmenter)
        let track = try CueTrack(webVTT: Array("WEBVTT\n\n\(timing) line:0\ncue\n".utf8))
        let texts = segmenter.segments(of: track)
        #expect(texts.count == 3)
        #expect(texts.indices.filter { texts[$0].contains("cue") } == segments)
        // The cue's own times do not change with the segment.
        for index in segments {
            #expect(texts[index].contains("00:\(timing.prefix(9)) --> 00:\(timing.suffix(9)) line:0\ncue\n"))
        }
    }

    @Test("A segment has the time map and repeats style and regions; one without a cue is there all the same")
    func segmentText() throws {
        let segmenter = try #require(
            SubtitleSegmenter(segmentMilliseconds: 4_000, filmMilliseconds: 8_000, firstPresentationTimestamp: 126_000))
        let source = "WEBVTT\n\nSTYLE\n::cue { }\n\n7\n00:05.000 --> 00:06.000\nHola\n"
        let texts = segmenter.segments(of: try CueTrack(webVTT: Array(source.utf8)))
        let head = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\nSTYLE\n::cue { }\n"
        #expect(texts == [head, head + "\n7\n00:00:05.000 --> 00:00:06.000\nHola\n"])
    }

    @Test("The playlist covers the film without a hole, and ends")
    func playlist() throws {
        let segmenter = try #require(Self.segmenter)
        #expect(
            segmenter.playlist == """
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-TARGETDURATION:4
                #EXT-X-MEDIA-SEQUENCE:0
                #EXT-X-PLAYLIST-TYPE:VOD
                #EXTINF:4.000,
                000.vtt
                #EXTINF:4.000,
                001.vtt
                #EXTINF:2.000,
                002.vtt
                #EXT-X-ENDLIST

                """)
    }

    @Test("Times outside their range make no segmenter")
    func ranges() {
        for (segment, film, first) in [
            (999, 1, 0), (20_001, 1, 0), (Int.max, Int.max, Int.max), (Int.min, Int.min, Int.min), (4_000, 0, 0),
            (4_000, 86_400_001, 0), (4_000, 1, -1), (4_000, 1, 1 << 33),
        ] {
            #expect(
                SubtitleSegmenter(
                    segmentMilliseconds: segment, filmMilliseconds: film, firstPresentationTimestamp: first)
                    == nil)
        }
    }

    @Test("A day of overlapping cues is cut without growing beyond all measure")
    func longest() throws {
        let cues = (0..<4).map { "00:00:00.00\($0) --> 24:00:00.000\nx\n" }.joined(separator: "\n")
        let segmenter = try #require(SubtitleSegmenter(segmentMilliseconds: 20_000, filmMilliseconds: 86_400_000))
        #expect(segmenter.segments(of: try CueTrack(webVTT: Array("WEBVTT\n\n\(cues)".utf8))).count == 4_320)
    }
}
