/// Cuts a subtitle track into the WebVTT segments of an HLS rendition (RFC 8216 §3.5).
///
/// A cue stands in every segment whose time it touches, with its own unchanged times, so that a player that seeks into
/// the middle of a sentence still shows it; players drop the repetition. The interval of a segment is half open: a cue
/// that ends on the border is not carried over it.
public struct SubtitleSegmenter: Sendable, Equatable {
    public static let segmentMillisecondsRange = 1_000...20_000
    /// Timestamps of MPEG-2 have 33 bits.
    public static let presentationTimestampMax = (1 << 33) - 1

    public let segmentMilliseconds: Int
    public let filmMilliseconds: Int
    /// The presentation timestamp of the film's first picture, in the 90 kHz of MPEG-2.
    ///
    /// Our films are fragmented MP4 that begins at decode time 0 without B-frames, and X-TIMESTAMP-MAP counts from the
    /// same zero: 0. A transport stream would begin later (ffmpeg's at 126,000), and each cue that much too early.
    public let firstPresentationTimestamp: Int

    /// nil: outside the named ranges.
    public init?(segmentMilliseconds: Int, filmMilliseconds: Int, firstPresentationTimestamp: Int = 0) {
        guard Self.segmentMillisecondsRange.contains(segmentMilliseconds),
            (1...CueTime.millisecondsMax).contains(filmMilliseconds),
            (0...Self.presentationTimestampMax).contains(firstPresentationTimestamp)
        else { return nil }
        self.segmentMilliseconds = segmentMilliseconds
        self.filmMilliseconds = filmMilliseconds
        self.firstPresentationTimestamp = firstPresentationTimestamp
    }

    /// One for each stretch of the film, those without a cue too: a playlist must not have holes.
    public var segmentCount: Int { (filmMilliseconds + segmentMilliseconds - 1) / segmentMilliseconds }

    /// The WebVTT texts in order. Cues behind the film's end are not shown.
    public func segments(of track: CueTrack) -> [String] {
        var cuesOf = [[Cue]](repeating: [], count: segmentCount)
        for cue in track.cues where cue.start.milliseconds < filmMilliseconds {
            let first = cue.start.milliseconds / segmentMilliseconds
            let last = min((cue.end.milliseconds - 1) / segmentMilliseconds, segmentCount - 1)
            for segment in first...last { cuesOf[segment].append(cue) }
        }
        let header = "X-TIMESTAMP-MAP=MPEGTS:\(firstPresentationTimestamp),LOCAL:\(CueTime.zero)"
        return cuesOf.map { CueTrack.webVTT(header: header, definitions: track.definitions, cues: $0) }
    }

    /// The media playlist of the segments, which lie beside it under `segmentName(0…)`.
    ///
    /// It is VOD, which lets a subtitle rendition's target duration differ from the video's (RFC 8216bis §6.2.4).
    public var playlist: String {
        var text = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:\(Self.seconds(up: segmentMilliseconds))\n"
        text += "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        for index in 0..<segmentCount {
            let duration = min(segmentMilliseconds, filmMilliseconds - index * segmentMilliseconds)
            text += "#EXTINF:\(duration / 1000).\(padded(duration % 1000, 3)),\n\(Self.segmentName(index))\n"
        }
        return text + "#EXT-X-ENDLIST\n"
    }

    public static func segmentName(_ index: Int) -> String { "\(padded(index, 3)).vtt" }

    private static func seconds(up milliseconds: Int) -> Int { (milliseconds + 999) / 1000 }
}
