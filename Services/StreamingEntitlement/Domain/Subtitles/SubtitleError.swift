/// Why a subtitle file was refused, and where: whoever made the file can go to that line and mend it.
public struct SubtitleError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    public let problem: SubtitleProblem

    public init(line: Int, _ problem: SubtitleProblem) {
        self.line = line
        self.problem = problem
    }

    public var description: String { "line \(line): \(problem)" }
}

public enum SubtitleProblem: Sendable, Equatable, CustomStringConvertible {
    case fileTooLarge
    case tooManyLines
    case lineTooLong
    case invalidUTF8
    case controlCharacter
    case missingHeader
    case headerNotClosed
    case missingCueNumber
    case missingTiming
    case badTiming
    case timeTooLate
    case endNotAfterStart
    case startsBeforePrevious
    case tooManyOverlapping
    case badSetting
    case repeatedSetting
    case settingsInSubRip
    case emptyCue
    case cueTooLong
    case arrowInText
    case badTag
    case tagNotClosed
    case badOverride
    case definitionAfterCue
    case tooManyCues
    case noCues

    public var description: String {
        switch self {
        case .fileTooLarge: "the file is larger than \(SubtitleLimits.bytesMax) bytes"
        case .tooManyLines: "the file has more than \(SubtitleLimits.linesMax) lines"
        case .lineTooLong: "the line is longer than \(SubtitleLimits.lineBytesMax) bytes"
        case .invalidUTF8: "the text is not UTF-8"
        case .controlCharacter: "a control character (only tab and line ends are allowed)"
        case .missingHeader: "a WebVTT file begins with the line WEBVTT"
        case .headerNotClosed: "an empty line must follow the WEBVTT line"
        case .missingCueNumber: "a SubRip cue begins with its number alone on a line"
        case .missingTiming: "expected a timing line: start --> end"
        case .badTiming: "the timing is not 00:00:01.000 --> 00:00:02.000 (WebVTT), or that with commas (SubRip)"
        case .timeTooLate: "a time later than \(SubtitleLimits.hoursMax) hours"
        case .endNotAfterStart: "the cue does not end after its start"
        case .startsBeforePrevious: "the cue starts before the one above it"
        case .tooManyOverlapping: "more than \(SubtitleLimits.overlappingCuesMax) cues at one moment"
        case .badSetting: "a cue setting that WebVTT does not have, or with a value it does not allow"
        case .repeatedSetting: "a cue setting is given twice"
        case .settingsInSubRip: "SubRip has nothing after the end time"
        case .emptyCue: "the cue has no text"
        case .cueTooLong: "the cue's text is longer than \(SubtitleLimits.cueBytesMax) bytes"
        case .arrowInText: "the text holds -->: is an empty line missing above?"
        case .badTag: "a tag that WebVTT does not have, or that is closed in the wrong order (write &lt; for <)"
        case .tagNotClosed: "a tag is not closed"
        case .badOverride: "an override other than {\\an1} to {\\an9} at the beginning of the text"
        case .definitionAfterCue: "STYLE and REGION stand before the first cue"
        case .tooManyCues: "more than \(SubtitleLimits.cuesMax) cues"
        case .noCues: "the file has no cue"
        }
    }
}
