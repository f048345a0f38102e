import StreamingEntitlementDomain
import Testing

struct WebVTTReaderTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let line: Int
        let problem: SubtitleProblem

        init(_ name: String, _ text: String, _ line: Int, _ problem: SubtitleProblem) {
            self.init(name, bytes: Array(text.utf8), line, problem)
        }

        init(_ name: String, bytes: [UInt8], _ line: Int, _ problem: SubtitleProblem) {
            self.name = name
            self.bytes = bytes
            self.line = line
            self.problem = problem
        }

        var testDescription: String { name }
    }

    @Test("A file with all that WebVTT knows is read, and its settings are kept")
    func reads() throws {
        let text = """
            WEBVTT - La luz del faro

            NOTE made by hand
            on two lines

            STYLE
            ::cue { color: yellow }

            REGION
            id:foot
            width:40%

            first
            00:01.000 --> 00:02.500 line:0 position:10%,line-left align:left
            <v Ana>Hola</v>

            00:00:02.000 --> 00:00:04.000\tregion:foot   size:33.3% vertical:rl
            «¿Qué tal?» <i>dice</i>
            <b.loud>Bien</b> <00:00:03.000>& tú

            01:40:00.000 --> 23:59:59.999
            End

            """
        let track = try CueTrack(webVTT: Array(text.utf8))
        #expect(track.definitions == ["STYLE\n::cue { color: yellow }", "REGION\nid:foot\nwidth:40%"])
        let cues = track.cues
        try #require(cues.count == 3)
        #expect(cues[0].identifier == "first")
        #expect(cues[0].start.milliseconds == 1000 && cues[0].end.milliseconds == 2500)
        #expect(cues[0].settings == "line:0 position:10%,line-left align:left")
        #expect(cues[0].text == "<v Ana>Hola</v>")
        #expect(cues[1].identifier == nil)
        #expect(cues[1].settings == "region:foot size:33.3% vertical:rl")
        #expect(cues[1].text == "«¿Qué tal?» <i>dice</i>\n<b.loud>Bien</b> <00:00:03.000>& tú")
        #expect(cues[2].start.milliseconds == 100 * 60_000)
        #expect(track.end.milliseconds == 86_399_999)
    }

    @Test("Line ends may be LF, CR LF or CR, and a byte order mark may lead", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(end: String) throws {
        let lines = [
            "\u{FEFF}WEBVTT", "", "00:01.000 --> 00:02.000", "uno", "dos", "", "00:03.000 --> 00:04.000", "tres",
        ]
        let track = try CueTrack(webVTT: Array(lines.joined(separator: end).utf8))
        #expect(track.cues.map(\.text) == ["uno\ndos", "tres"])
    }

    @Test("A combining accent at the beginning of a line stays a line of its own")
    func combiningAccent() throws {
        let track = try CueTrack(webVTT: Array("WEBVTT\n\n00:01.000 --> 00:02.000\na\n\u{0301}e\n".utf8))
        #expect(track.cues.map { Array($0.text.utf8) } == [Array("a\n\u{0301}e".utf8)])
    }

    static let head = "WEBVTT\n\n"
    static let cue = "00:01.000 --> 00:02.000\nuno\n\n"

    static let refused: [Refused] = [
        Refused("empty", "", 1, .missingHeader),
        Refused("no header", "00:01.000 --> 00:02.000\nuno\n", 1, .missingHeader),
        Refused("header lower case", "webvtt\n\n" + cue, 1, .missingHeader),
        Refused("header runs on", "WEBVTTX\n\n" + cue, 1, .missingHeader),
        Refused("header on line 2", "\nWEBVTT\n\n" + cue, 1, .missingHeader),
        Refused("arrow in the header", "WEBVTT -->\n\n" + cue, 1, .missingHeader),
        Refused("no empty line", "WEBVTT\n" + cue, 2, .headerNotClosed),
        Refused(
            "time map of a segment", "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00.000\n\n" + cue, 2, .headerNotClosed),
        Refused("no cue", head, 3, .noCues),
        Refused("only a comment", head + "NOTE x\n", 4, .noCues),
        Refused("SubRip's comma", head + "00:00:01,000 --> 00:00:02,000\nuno\n", 3, .badTiming),
        Refused("no hours, no minutes", head + "01.000 --> 02.000\nuno\n", 3, .badTiming),
        Refused("100 minutes", head + "100:00.000 --> 200:00.000\nuno\n", 3, .badTiming),
        Refused("four digits of minutes", head + "0001:00.000 --> 02:00.000\nuno\n", 3, .badTiming),
        Refused("60 seconds", head + "00:60.000 --> 01:02.000\nuno\n", 3, .badTiming),
        Refused("60 minutes", head + "00:60:00.000 --> 01:02:00.000\nuno\n", 3, .badTiming),
        Refused("two digits of a second", head + "00:01.00 --> 00:02.000\nuno\n", 3, .badTiming),
        Refused("four digits of a second", head + "00:01.0000 --> 00:02.000\nuno\n", 3, .badTiming),
        Refused("no space before the arrow", head + "00:01.000--> 00:02.000\nuno\n", 3, .badTiming),
        Refused("no space behind the arrow", head + "00:01.000 -->00:02.000\nuno\n", 3, .badTiming),
        Refused("no end", head + "00:01.000 -->\nuno\n", 3, .badTiming),
        Refused("negative", head + "-00:01.000 --> 00:02.000\nuno\n", 3, .badTiming),
        Refused("Arabic digits", head + "٠٠:٠١.٠٠٠ --> 00:02.000\nuno\n", 3, .badTiming),
        Refused("settings without a space", head + "00:01.000 --> 00:02.000line:0\nuno\n", 3, .badTiming),
        Refused("25 hours", head + "00:01.000 --> 25:00:00.000\nuno\n", 3, .timeTooLate),
        Refused("999999 hours", head + "00:01.000 --> 999999:59:59.999\nuno\n", 3, .timeTooLate),
        Refused("more digits than Int", head + "00:01.000 --> 99999999999999999999:00:00.000\nuno\n", 3, .badTiming),
        Refused("end before start", head + "00:02.000 --> 00:01.000\nuno\n", 3, .endNotAfterStart),
        Refused("end at start", head + "00:02.000 --> 00:02.000\nuno\n", 3, .endNotAfterStart),
        Refused("starts before the one above", head + cue + "00:00.999 --> 00:03.000\ndos\n", 6, .startsBeforePrevious),
        Refused("five at once", head + String(repeating: cue, count: 5), 15, .tooManyOverlapping),
        Refused("no text", head + "00:01.000 --> 00:02.000\n\n" + cue, 3, .emptyCue),
        Refused("identifier without timing", head + "uno\n\n" + cue, 3, .missingTiming),
        Refused("two lines before the timing", head + "uno\ndos\n00:01.000 --> 00:02.000\ntres\n", 3, .missingTiming),
        Refused(
            "empty line forgotten", head + "00:01.000 --> 00:02.000\nuno\n00:03.000 --> 00:04.000\ndos\n", 5,
            .arrowInText),
        Refused("arrow in a comment", head + "NOTE\n00:01.000 --> 00:02.000\n", 4, .arrowInText),
        Refused("style behind a cue", head + cue + "STYLE\n::cue { }\n", 6, .definitionAfterCue),
        Refused("U+0000", head + "00:01.000 --> 00:02.000\nu\u{0}no\n", 4, .controlCharacter),
        Refused("escape character", head + "00:01.000 --> 00:02.000\n\u{1B}[2J\n", 4, .controlCharacter),
        Refused(
            "not UTF-8", bytes: Array((head + "00:01.000 --> 00:02.000\nma").utf8) + [0xF1, 0x61], 4, .invalidUTF8),
        Refused("UTF-16", bytes: [0xFF, 0xFE, 0x57, 0x00], 1, .invalidUTF8),
        Refused("lone surrogate", bytes: Array((head + "a").utf8) + [0xED, 0xA0, 0x80], 3, .invalidUTF8),
        Refused("overlong slash", bytes: Array((head + "a").utf8) + [0xC0, 0xAF], 3, .invalidUTF8),
        Refused("long line", head + "00:01.000 --> 00:02.000\n" + String(repeating: "x", count: 2001), 4, .lineTooLong),
        Refused(
            "long cue",
            head + "00:01.000 --> 00:02.000\n" + String(repeating: String(repeating: "x", count: 999) + "\n", count: 5),
            8, .cueTooLong),
        Refused("tag never closed", head + "00:01.000 --> 00:02.000\n<i>uno\n", 4, .tagNotClosed),
        Refused("tag cut off", head + "00:01.000 --> 00:02.000\nuno <i\n", 4, .tagNotClosed),
        Refused("wrong order", head + "00:01.000 --> 00:02.000\n<i><b>uno</i></b>\n", 4, .badTag),
        Refused("closed, never opened", head + "00:01.000 --> 00:02.000\nuno</i>\n", 4, .badTag),
        Refused("a tag of HTML", head + "00:01.000 --> 00:02.000\n<script>uno</script>\n", 4, .badTag),
        Refused("less-than sign", head + "00:01.000 --> 00:02.000\n1 < 2 > 0\n", 4, .badTag),
        Refused("time tag outside the cue", head + "00:01.000 --> 00:02.000\nuno <00:02.000>dos\n", 4, .badTag),
        Refused(
            "deep nesting", head + "00:01.000 --> 00:02.000\n" + String(repeating: "<b>", count: 17) + "\n", 4, .badTag),
    ]

    @Test("A fault is refused with its line", arguments: refused)
    func refuses(_ example: Refused) {
        #expect(throws: SubtitleError(line: example.line, example.problem)) { try CueTrack(webVTT: example.bytes) }
    }

    @Test(
        "A wrong cue setting is refused",
        arguments: [
            "line", "line:", "line:x", "line:101%", "line:100.1%", "line:50%,middle", "line:1,start,end", "line:--1",
            "line:99999", "position:5", "position:50%,left", "size:-1%", "size:%", "size:1.%", "align:middle",
            "vertical:up", "region:", "colour:red", "line:0:0", "Line:0", "region:-->",
        ])
    func refusesSetting(_ setting: String) {
        let text = "WEBVTT\n\n00:01.000 --> 00:02.000 \(setting)\nuno\n"
        #expect(throws: SubtitleError(line: 3, .badSetting)) { try CueTrack(webVTT: Array(text.utf8)) }
    }

    @Test(
        "A right cue setting is kept as written",
        arguments: [
            "line:0", "line:-1", "line:100%", "line:100.0%,end", "line:0.5%,center", "position:50%,line-right",
            "size:33%", "align:start", "align:right", "vertical:lr", "region:a:b",
        ])
    func keepsSetting(_ setting: String) throws {
        let track = try CueTrack(webVTT: Array("WEBVTT\n\n00:01.000 --> 00:02.000 \(setting)\nuno\n".utf8))
        #expect(track.cues.map(\.settings) == [setting])
    }

    @Test("A setting given twice is refused")
    func refusesRepeatedSetting() {
        let text = "WEBVTT\n\n00:01.000 --> 00:02.000 line:0 align:left line:1\nuno\n"
        #expect(throws: SubtitleError(line: 3, .repeatedSetting)) { try CueTrack(webVTT: Array(text.utf8)) }
    }

    @Test("Limits on the whole file hold")
    func limits() {
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: SubtitleLimits.bytesMax + 1)
        #expect(throws: SubtitleError(line: 1, .fileTooLarge)) { try CueTrack(webVTT: large) }
        let lines = [UInt8](repeating: UInt8(ascii: "\n"), count: SubtitleLimits.bytesMax)
        #expect(throws: SubtitleError(line: SubtitleLimits.linesMax + 1, .tooManyLines)) { try CueTrack(webVTT: lines) }
        var many = "WEBVTT\n"
        for index in 0...SubtitleLimits.cuesMax {
            let start = CueTime(milliseconds: index)?.description ?? ""
            let end = CueTime(milliseconds: index + 1)?.description ?? ""
            many += "\n\(start) --> \(end)\nx\n"
        }
        let line = 3 * SubtitleLimits.cuesMax + 3
        #expect(throws: SubtitleError(line: line, .tooManyCues)) { try CueTrack(webVTT: Array(many.utf8)) }
    }

    @Test("An error reads as a sentence with its line")
    func errorText() {
        let error = SubtitleError(line: 12, .endNotAfterStart)
        #expect(error.description == "line 12: the cue does not end after its start")
    }
}
