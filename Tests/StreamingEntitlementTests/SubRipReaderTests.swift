import StreamingEntitlementDomain
import Testing

struct SubRipReaderTests {
    @Test("SubRip becomes WebVTT: markup kept, fonts dropped, places translated, the rest escaped")
    func reads() throws {
        let text = """
            1
            00:00:01,000 --> 00:00:02,000
            <I>Hola</I> & adiós

            3
            00:00:02,000 --> 00:00:03,500
            {\\an8}<font color="#ff0000">Rojo</font>
            <font size=2></font>
            1 < 2 <3

            4
            00:00:04,000 --> 00:00:05,000
            {\\an7}Arriba

            """
        let track = try CueTrack(subRip: Array(text.utf8))
        #expect(track.cues.map(\.text) == ["<i>Hola</i> &amp; adiós", "Rojo\n1 &lt; 2 &lt;3", "Arriba"])
        #expect(track.cues.map(\.settings) == ["", "line:0", "line:0 align:left"])
        #expect(track.cues.map(\.start.milliseconds) == [1000, 2000, 4000])
        #expect(try CueTrack(webVTT: Array(track.webVTT.utf8)) == track)
    }

    static let timing = "00:00:01,000 --> 00:00:02,000\n"
    static let refused: [WebVTTReaderTests.Refused] = [
        .init("empty", "", 1, .noCues),
        .init("WebVTT", "WEBVTT\n\n00:01.000 --> 00:02.000\nuno\n", 1, .missingCueNumber),
        .init("no number", timing + "uno\n", 1, .missingCueNumber),
        .init("negative number", "-1\n" + timing + "uno\n", 1, .missingCueNumber),
        .init("no timing", "1\nuno\n", 2, .missingTiming),
        .init("number alone", "1\n\n" + timing, 2, .missingTiming),
        .init("WebVTT's dot", "1\n00:00:01.000 --> 00:00:02.000\nuno\n", 2, .badTiming),
        .init("no hours", "1\n00:01,000 --> 00:02,000\nuno\n", 2, .badTiming),
        .init("a place in pixels", "1\n00:00:01,000 --> 00:00:02,000 X1:0 X2:9\nuno\n", 2, .settingsInSubRip),
        .init("end before start", "1\n00:00:02,000 --> 00:00:01,000\nuno\n", 2, .endNotAfterStart),
        .init("25 hours", "1\n00:00:02,000 --> 25:00:01,000\nuno\n", 2, .timeTooLate),
        .init("no text", "1\n" + timing, 2, .emptyCue),
        .init("nothing but a font", "1\n" + timing + "<font color=red></font>\n", 2, .emptyCue),
        .init("unknown override", "1\n" + timing + "{\\pos(1,2)}uno\n", 3, .badOverride),
        .init("override in the middle", "1\n" + timing + "uno {\\an8}\n", 3, .badOverride),
        .init("tag never closed", "1\n" + timing + "<i>uno\n", 3, .tagNotClosed),
        .init("arrow made of markup", "1\n" + timing + "-<font x>->\n", 3, .arrowInText),
        .init("empty line forgotten", "1\n" + timing + "uno\n2\n" + timing + "dos\n", 5, .arrowInText),
        .init(
            "earlier than the one above", "1\n" + timing + "uno\n\n2\n00:00:00,000 --> 00:00:09,000\ndos\n", 6,
            .startsBeforePrevious),
        .init("U+0000", "1\n" + timing + "\u{0}\n", 3, .controlCharacter),
    ]

    @Test("A fault is refused with its line", arguments: refused)
    func refuses(_ example: WebVTTReaderTests.Refused) {
        #expect(throws: SubtitleError(line: example.line, example.problem)) { try CueTrack(subRip: example.bytes) }
    }

    @Test("The file name tells the format", arguments: [("a.vtt", SubtitleFormat.webVTT), ("a.srt", .subRip)])
    func format(name: String, format: SubtitleFormat) {
        #expect(SubtitleFormat(fileName: name) == format)
        #expect(SubtitleFormat(fileName: name + ".txt") == nil)
    }
}
