import FilmClubModel
import JSON
import StreamingEntitlementDomain

/// A small valid asset, to be spoilt by tests one fault at a time.
struct SampleAsset {
    var manifest = """
        {"format": 1, "durationMilliseconds": 10000, "segmentMilliseconds": 4000, "firstPresentationTimestamp": 0,
         "video": [{"playlist": "v/list.m3u8", "width": 640, "height": 360, "framesPerSecond": 25,
                    "codecs": "avc1.4d401f", "peakBitsPerSecond": 200000, "averageBitsPerSecond": 150000},
                   {"playlist": "w/list.m3u8", "width": 320, "height": 180, "framesPerSecond": 25,
                    "codecs": "avc1.4d4015", "peakBitsPerSecond": 80000, "averageBitsPerSecond": 50000}],
         "audio": [{"playlist": "a/list.m3u8", "language": "es", "name": "Español", "channels": 2,
                    "codecs": "mp4a.40.2", "peakBitsPerSecond": 60000, "averageBitsPerSecond": 48000}],
         "subtitles": [{"file": "s/es.vtt", "kind": "captions", "language": "es", "name": "Español (SDH)"},
                       {"file": "s/en.srt", "kind": "subtitles", "language": "en", "name": "English"}]}
        """
    var playlist = """
        #EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-TARGETDURATION:6
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-PLAYLIST-TYPE:VOD
        #EXT-X-MAP:URI="init.mp4"
        #EXTINF:6.000000,
        0.m4s
        #EXTINF:4.010667,
        1.m4s
        #EXT-X-ENDLIST

        """
    var english = "1\n00:00:03,000 --> 00:00:05,000\nHello\n"
    var captions = "WEBVTT\n\n00:03.000 --> 00:05.000\n[Olas] Hola\n"
    var missing: String?

    func load() throws -> PlayableAsset {
        let manifest = try JSON.decode(AssetManifest.self, from: Array(manifest.utf8))
        return try PlayableAsset(manifest: manifest, files: files())
    }

    /// The files whose text is read.
    func files() -> [String: [UInt8]] {
        var files = ["v/list.m3u8", "w/list.m3u8", "a/list.m3u8"].reduce(into: [String: [UInt8]]()) {
            $0[$1] = Array(playlist.utf8)
        }
        files["s/es.vtt"] = Array(captions.utf8)
        files["s/en.srt"] = Array(english.utf8)
        if let missing { files[missing] = nil }
        return files
    }

    func replacing(_ old: String, _ new: String) -> SampleAsset {
        var copy = self
        copy.manifest = Self.replace(copy.manifest, old, new)
        copy.playlist = Self.replace(copy.playlist, old, new)
        return copy
    }

    private static func replace(_ text: String, _ old: String, _ new: String) -> String {
        guard let range = text.firstRange(of: old) else { return text }
        return text.replacingCharacters(in: range, with: new)
    }
}

extension String {
    /// The first place where `part` stands.
    func firstRange(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }

    func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
