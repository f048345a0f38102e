/// One caption: what is to be read, from `start` up to but not including `end`.
public struct Cue: Sendable, Equatable {
    public var identifier: String?
    public var start: CueTime
    public var end: CueTime
    /// WebVTT cue settings as they were written, checked and one space apart: `line:0 align:left`. May be empty.
    public var settings: String
    /// WebVTT cue text (tags and escapes as in the file), lines separated by `\n`.
    public var text: String

    public init(identifier: String? = nil, start: CueTime, end: CueTime, settings: String = "", text: String) {
        self.identifier = identifier
        self.start = start
        self.end = end
        self.settings = settings
        self.text = text
    }
}

/// A parsed and checked subtitle file: cues by rising start, at least one.
public struct CueTrack: Sendable, Equatable {
    /// STYLE and REGION blocks as they stood before the first cue; every segment repeats them.
    public let definitions: [String]
    public let cues: [Cue]

    /// When the last cue has gone.
    public var end: CueTime { cues.lazy.map(\.end).max() ?? .zero }

    init(definitions: [String], cues: [Cue]) {
        self.definitions = definitions
        self.cues = cues
    }

    /// Reads a file in the format that its name tells.
    public init(_ bytes: [UInt8], format: SubtitleFormat) throws(SubtitleError) {
        switch format {
        case .webVTT: try self.init(webVTT: bytes)
        case .subRip: try self.init(subRip: bytes)
        }
    }
}

public enum SubtitleFormat: Sendable {
    /// W3C WebVTT, `.vtt`.
    case webVTT
    /// SubRip, `.srt`.
    case subRip

    /// By the file name's extension; nil for any other.
    public init?(fileName: String) {
        if fileName.hasSuffix(".vtt") {
            self = .webVTT
        } else if fileName.hasSuffix(".srt") {
            self = .subRip
        } else {
            return nil
        }
    }
}
