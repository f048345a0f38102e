import StreamingEntitlementDomain

enum SubtitleTargets {
    static let all = [webVTT, subRip]

    private static let words = [
        "WEBVTT", "\n\n", "\r\n", "\r", "00:00:01.000 --> 00:00:02.000", "00:00:01,500 --> 00:00:02,000", "00:01.000",
        "23:59:59.999", "24:00:00.000", "999999:00:00.000", " --> ", "-->", "NOTE ", "STYLE\n", "REGION\n", "line:0",
        "line:50%,start", "position:100%", "size:33.3%", "align:left", "vertical:rl", "region:x", "<i>", "</i>",
        "<v Ana>", "<c.loud>", "</c>", "<ruby>", "<rt>", "</ruby>", "&amp;", "<00:00:01.500>", "{\\an8}", "{\\i1}",
        "<font color=red>", "</font>", "1\n", "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000",
    ]

    static let webVTT = FuzzTarget(
        "webvtt", share: 90,
        seeds: [
            "WEBVTT\n\n00:01.000 --> 00:02.000\nuno\n",
            "WEBVTT - title\n\nNOTE x\n\nSTYLE\n::cue { color: red }\n\none\n00:00:01.000 --> 00:00:09.500 line:0 "
                + "align:left\n<v Ana>Hola <i>tú</i>\n\n00:00:03.000 --> 00:00:04.000\n<00:00:03.500>dos\n",
        ], words: words, make: { file(&$0, isWebVTT: true) }
    ) { bytes throws(FuzzFailure) in try read(bytes, .webVTT) }

    static let subRip = FuzzTarget(
        "subrip", share: 90,
        seeds: [
            "1\n00:00:01,000 --> 00:00:02,000\nuno\n",
            "7\r\n00:00:01,000 --> 00:00:20,000\r\n{\\an8}<b>uno</b>\r\ndos & <3\r\n\r\n9\r\n00:00:21,000 --> "
                + "00:00:22,000\r\n<font color=red>tres</font>\r\n",
        ], words: words, make: { file(&$0, isWebVTT: false) }
    ) { bytes throws(FuzzFailure) in try read(bytes, .subRip) }

    private static func read(_ bytes: [UInt8], _ format: SubtitleFormat) throws(FuzzFailure) -> String {
        let track: CueTrack
        do throws(SubtitleError) {
            track = try CueTrack(bytes, format: format)
        } catch {
            try promise(error.line >= 1, "refused without a line")
            return "\(error.problem)"
        }
        try promise(!track.cues.isEmpty, "taken without a cue")
        var previous = CueTime.zero
        for cue in track.cues {
            try promise(cue.start < cue.end && cue.end <= track.end, "a cue outside its times")
            try promise(previous <= cue.start, "a cue before the one before it")
            try promise(!cue.text.isEmpty && !cue.text.utf8.contains { $0 == 0 || $0 == 0x0D }, "a cue's text")
            try promise(
                !cue.text.utf8.split(separator: 10, omittingEmptySubsequences: false).contains { $0.isEmpty },
                "an empty line ends a cue")
            previous = cue.start
        }
        let written = Array(track.webVTT.utf8)
        guard let again = try? CueTrack(webVTT: written) else { throw FuzzFailure("written, it cannot be read back") }
        try promise(again == track, "written and read back as another track")
        try checkSegments(of: track, bytes.count)
        return "accepted"
    }

    /// Each cue stands, with its own times, in every segment that it touches and in no other.
    private static func checkSegments(of track: CueTrack, _ number: Int) throws(FuzzFailure) {
        // Not the whole day: a segment each second of it would be all that is tested.
        let film = min(track.end.milliseconds, 60_000) + 1 + number % 7_000
        guard
            let segmenter = SubtitleSegmenter(
                segmentMilliseconds: 1_000 + number * 37 % 19_000, filmMilliseconds: film)
        else { throw FuzzFailure("there is no segmenter for \(film) ms") }
        let segments = segmenter.segments(of: track)
        try promise(segments.count == segmenter.segmentCount, "another number of segments than the playlist has")
        for (index, segment) in segments.enumerated() {
            let from = index * segmenter.segmentMilliseconds
            let to = min(from + segmenter.segmentMilliseconds, film)
            let expected = track.cues.filter { $0.start.milliseconds < to && $0.end.milliseconds > from }
            // Without its X-TIMESTAMP-MAP a segment is a file like any other.
            let lines = segment.utf8.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false)
            let file = Array(lines[0]) + [10] + Array(lines[2])
            let found = (try? CueTrack(webVTT: file))?.cues ?? []
            try promise(found == expected, "segment \(index) has other cues than its time")
        }
    }

    private static func file(_ random: inout FuzzRandom, isWebVTT: Bool) -> [UInt8] {
        var text = isWebVTT ? "WEBVTT\n" : ""
        var start = 0
        for number in 1...1 + random.below(6) {
            start += random.below(9_000)
            let times = [start, start + 1 + random.below(12_000)].map { CueTime(milliseconds: $0)?.description ?? "" }
            let timing = times.joined(separator: " --> ")
            text += isWebVTT ? "\n\(timing)\n" : "\n\(number)\n\(String(timing.map { $0 == "." ? "," : $0 }))\n"
            text += random.pick(["uno", "<i>dos</i>\ntres", "ñandú & <b>más</b>", random.text()]) + "\n"
        }
        return Array(text.utf8)
    }
}
