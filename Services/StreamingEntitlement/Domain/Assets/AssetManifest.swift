public import FilmClubModel

/// `asset.json`: what an encoder delivered for one film, beside the files themselves.
///
/// The encoder packages pictures and sound; master playlist and subtitle renditions are made by this service, so that
/// subtitles are checked, cut and listed in one place.
public struct AssetManifest: Codable, Sendable, Equatable {
    public static let fileName = "asset.json"
    public static let formatKnown = 1

    public var format: Int
    public var title: String?
    public var durationMilliseconds: Int
    /// Of the subtitle segments; as long as the video's, so that a seek needs one of each.
    public var segmentMilliseconds: Int
    /// 90 kHz, of the first picture: `SubtitleSegmenter.firstPresentationTimestamp`.
    public var firstPresentationTimestamp: Int
    /// In the order of the master playlist: players begin with the first.
    public var video: [VideoRendition]
    public var audio: [AudioRendition]
    public var subtitles: [SubtitleSource]
}

/// One picture quality: a media playlist of fragmented MP4.
public struct VideoRendition: Codable, Sendable, Equatable {
    public var playlist: String
    public var width: Int
    public var height: Int
    public var framesPerSecond: Int
    /// RFC 6381: `avc1.4d401f`.
    public var codecs: String
    public var peakBitsPerSecond: Int
    public var averageBitsPerSecond: Int
}

/// One sound track: a media playlist of fragmented MP4. All renditions of an asset share one group.
public struct AudioRendition: Codable, Sendable, Equatable {
    public var playlist: String
    public var language: LanguageTag
    public var name: String
    public var channels: Int
    public var codecs: String
    public var peakBitsPerSecond: Int
    public var averageBitsPerSecond: Int
}

/// One subtitle file as delivered, `.vtt` or `.srt`.
public struct SubtitleSource: Codable, Sendable, Equatable {
    public var file: String
    public var kind: SubtitleKind
    public var language: LanguageTag
    /// As a player's menu shows it.
    public var name: String

    /// A translation into English: without one a film is not playable.
    public var isEnglishTranslation: Bool { kind == .subtitles && language.language == "en" }
}

extension AssetManifest {
    public static let renditionsMax = 16
    public static let subtitlesMax = 32
    public static let nameBytesMax = 100
    static let bitsPerSecondRange = 1...200_000_000

    /// The files whose text `PlayableAsset` wants to see: media playlists and subtitle files.
    public var textFiles: [String] { video.map(\.playlist) + audio.map(\.playlist) + subtitles.map(\.file) }

    /// Checks everything that can be seen without the other files.
    public func validate() throws(AssetError) {
        guard format == Self.formatKnown else { throw refusal("format must be \(Self.formatKnown)") }
        guard segmenter != nil else {
            throw refusal("durationMilliseconds, segmentMilliseconds or firstPresentationTimestamp is out of range")
        }
        guard (1...Self.renditionsMax).contains(video.count) else {
            throw refusal("video must have 1 to \(Self.renditionsMax) renditions")
        }
        guard (1...Self.renditionsMax).contains(audio.count) else {
            throw refusal("audio must have 1 to \(Self.renditionsMax) renditions")
        }
        guard subtitles.count <= Self.subtitlesMax else {
            throw refusal("subtitles must have at most \(Self.subtitlesMax) tracks")
        }
        try validateRenditions()
        try validateNames()
        guard subtitles.contains(where: \.isEnglishTranslation) else {
            throw refusal("there are no English subtitles, and without them a film is not playable")
        }
    }

    var segmenter: SubtitleSegmenter? {
        SubtitleSegmenter(
            segmentMilliseconds: segmentMilliseconds, filmMilliseconds: durationMilliseconds,
            firstPresentationTimestamp: firstPresentationTimestamp)
    }

    private func validateRenditions() throws(AssetError) {
        for rendition in video {
            guard (16...8192).contains(rendition.width), (16...8192).contains(rendition.height),
                (1...240).contains(rendition.framesPerSecond)
            else { throw refusal("\(rendition.playlist): width, height or framesPerSecond is out of range") }
        }
        for rendition in audio where !(1...32).contains(rendition.channels) {
            throw refusal("\(rendition.playlist): channels is out of range")
        }
        let rates =
            video.map { ($0.playlist, $0.codecs, $0.peakBitsPerSecond, $0.averageBitsPerSecond) }
            + audio.map { ($0.playlist, $0.codecs, $0.peakBitsPerSecond, $0.averageBitsPerSecond) }
        for (playlist, codecs, peak, average) in rates {
            guard Self.bitsPerSecondRange.contains(peak), Self.bitsPerSecondRange.contains(average), average <= peak
            else { throw refusal("\(playlist): the bit rates are out of range, or the average is above the peak") }
            guard (1...Self.nameBytesMax).contains(codecs.utf8.count), codecs.utf8.allSatisfy(Self.isCodecCharacter)
            else { throw refusal("\(playlist): codecs is not a list as RFC 6381 has it") }
        }
    }

    /// Paths canonical and distinct, names fit for a playlist's quotes and distinct in their group (RFC 8216 §4.3.4.1).
    private func validateNames() throws(AssetError) {
        var paths: Set<AssetPath> = []
        for file in textFiles {
            guard let path = AssetPath(file) else {
                throw refusal("“\(file)” is not a canonical path inside the asset")
            }
            guard paths.insert(path).inserted else { throw refusal("\(file) is named twice") }
        }
        for playlist in video.map(\.playlist) + audio.map(\.playlist) where !playlist.hasSuffix(".m3u8") {
            throw refusal("\(playlist): a media playlist's name ends in .m3u8")
        }
        for subtitle in subtitles where SubtitleFormat(fileName: subtitle.file) == nil {
            throw refusal("\(subtitle.file): subtitles end in .vtt or .srt")
        }
        guard Set(subtitles.map(\.folder)).count == subtitles.count else {
            throw refusal("two subtitle files differ only in .vtt and .srt")
        }
        for names in [audio.map(\.name), subtitles.map(\.name)] {
            guard Set(names).count == names.count else { throw refusal("two tracks of one kind have the same name") }
            for name in names where !Self.isQuotable(name) {
                throw refusal("a name must have 1 to \(Self.nameBytesMax) bytes, and no quote or control character")
            }
        }
    }

    private static func isCodecCharacter(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
    }

    /// May stand in a quoted string of a playlist (RFC 8216 §4.2).
    private static func isQuotable(_ text: String) -> Bool {
        (1...nameBytesMax).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0 != "\"" && $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    private func refusal(_ reason: String) -> AssetError { AssetError(file: Self.fileName, reason: reason) }
}

extension SubtitleSource {
    /// Where the rendition is served: the file's path without its ending.
    var folder: String { String(file.dropLast(4)) }
}

/// Why an asset cannot be played: which file, which line of it where there is one, and a sentence.
public struct AssetError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    public let line: Int?
    public let reason: String

    public init(file: String, line: Int? = nil, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    public var description: String { "\(file)\(line.map { ", line \($0)" } ?? ""): \(reason)" }
}
