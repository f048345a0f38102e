import JSON
import StreamingEntitlementDomain

enum AssetTargets {
    static let all = [path, playlist, manifest]

    private static let pathWords = [
        "../", "..%2f", "%2e%2e/", "%252e", "\\", "%5c", "//", "/./", ".hidden", "%00", "a/b", ".m4s", "master.m3u8",
        "%41", "%C0%AE", "~", ";", "?", "#",
    ]

    /// The path behind a stream token: a canonical path never climbs, hides, or has a second spelling of its own.
    static let path = FuzzTarget(
        "asset-path", share: 120,
        seeds: ["master.m3u8", "v/0.m4s", "subtitles/en/000.vtt", "%61/b", "a/b/c/d/e/f"], words: pathWords
    ) { bytes throws(FuzzFailure) in
        let raw = String(decoding: bytes, as: UTF8.self)
        guard let path = AssetPath(requested: raw) else {
            try promise(AssetPath(raw) == nil, "a stored path that cannot be asked for")
            return "refused"
        }
        try check(path)
        try promise(AssetPath(requested: path.description) == path, "asked for again it is another path")
        try promise(AssetPath(path.description) == path, "stored it is another path")
        if let sibling = path.sibling(raw) { try check(sibling) }
        return "accepted"
    }

    private static func check(_ path: AssetPath) throws(FuzzFailure) {
        let text = path.description
        try promise(text.utf8.count <= AssetPath.bytesMax, "a path that is too long")
        for name in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            try promise(!name.isEmpty && name.first != UInt8(ascii: "."), "a name that is empty, hidden or climbs")
            for byte in name {
                let isPlain = byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || (0x30...0x39).contains(byte))
                try promise(isPlain || "._-".utf8.contains(byte), "a name with the byte \(byte)")
            }
        }
    }

    private static let storedPlaylist = """
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
    private static let storedManifest = """
        {"format": 1, "durationMilliseconds": 10000, "segmentMilliseconds": 4000, "firstPresentationTimestamp": 0,
         "video": [{"playlist": "v/list.m3u8", "width": 640, "height": 360, "framesPerSecond": 25,
                    "codecs": "avc1.4d401f", "peakBitsPerSecond": 200000, "averageBitsPerSecond": 150000}],
         "audio": [{"playlist": "a/list.m3u8", "language": "es", "name": "Español", "channels": 2,
                    "codecs": "mp4a.40.2", "peakBitsPerSecond": 60000, "averageBitsPerSecond": 48000}],
         "subtitles": [{"file": "s/en.srt", "kind": "subtitles", "language": "en", "name": "English"}]}
        """
    private static let files: [String: [UInt8]] = [
        "v/list.m3u8": Array(storedPlaylist.utf8), "a/list.m3u8": Array(storedPlaylist.utf8),
        "s/en.srt": Array("1\n00:00:03,000 --> 00:00:05,000\nHello\n".utf8),
    ]

    /// A playlist that came with an asset, and all that is served because of it.
    static let playlist = FuzzTarget(
        "playlist", share: 60, seeds: [storedPlaylist],
        words: pathWords + [
            "#EXT", "#EXTINF:", "#EXT-X-MAP:URI=\"", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n", "#EXT-X-BYTERANGE:1@0\n",
            "http://evil.example/", ".m4s", ".mp4", "\n", "9999", "0.000001", "#EXT-X-ENDLIST", "# comment\n",
            "BANDWIDTH=1",
        ]
    ) { bytes throws(FuzzFailure) in
        guard let manifest = try? JSON.decode(AssetManifest.self, from: Array(storedManifest.utf8)) else {
            throw FuzzFailure("the manifest cannot be read")
        }
        var files = files
        files["v/list.m3u8"] = bytes
        return try load(manifest, files)
    }

    /// A manifest, and the master playlist that is made of it.
    static let manifest = FuzzTarget(
        "manifest", share: 40, seeds: [storedManifest],
        words: pathWords + [
            "\\n", "\\\"", "\\u0000", "\"name\": ", "\"codecs\": ", "\"playlist\": ", "s/en.srt",
            "\"language\": \"en\"",
            "captions", "subtitles", "2147483648", "-1", "es-419",
        ]
    ) { bytes throws(FuzzFailure) in
        guard let manifest = try? JSON.decode(AssetManifest.self, from: bytes) else { return "no manifest" }
        return try load(manifest, files)
    }

    private static func load(_ manifest: AssetManifest, _ files: [String: [UInt8]]) throws(FuzzFailure) -> String {
        let asset: PlayableAsset
        do throws(AssetError) {
            asset = try PlayableAsset(manifest: manifest, files: files)
        } catch {
            return "refused"
        }
        for path in asset.paths { try check(path) }
        guard let path = AssetPath(PlayableAsset.masterPath), case .text(let master, _)? = asset.resource(at: path)
        else {
            throw FuzzFailure("an asset without master playlist")
        }
        let lines = master.utf8.split(separator: 10)
        let expected = 3 + manifest.audio.count + manifest.subtitles.count + 2 * manifest.video.count
        try promise(lines.count == expected, "a name broke a line of the master playlist")
        for line in lines where line.first != UInt8(ascii: "#") {
            try promise(AssetPath(String(line) ?? "") != nil, "a line that is no path")
        }
        for line in lines {
            try promise(line.count { $0 == UInt8(ascii: "\"") } % 2 == 0, "a name broke out of its quotes")
            try promise(!line.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in the master playlist")
        }
        return "accepted"
    }
}
