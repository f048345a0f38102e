import FilmClubModel
import JSON
import StreamingEntitlementDomain
import Testing

struct PlayableAssetTests {
    @Test(
        "The master playlist: sound and subtitles on every variant, English by default, captions told from translation")
    func master() throws {
        let asset = try SampleAsset().load()
        let path = try #require(AssetPath(PlayableAsset.masterPath))
        let expected = """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Español",LANGUAGE="es",DEFAULT=YES,AUTOSELECT=YES,\
            CHANNELS="2",URI="a/list.m3u8"
            #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="Español (SDH)",LANGUAGE="es",DEFAULT=NO,AUTOSELECT=YES,\
            FORCED=NO,CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,\
            public.accessibility.describes-music-and-sound",URI="s/es/playlist.m3u8"
            #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,\
            FORCED=NO,URI="s/en/playlist.m3u8"
            #EXT-X-STREAM-INF:BANDWIDTH=260000,AVERAGE-BANDWIDTH=198000,CODECS="avc1.4d401f,mp4a.40.2",\
            RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="audio",SUBTITLES="subtitles",CLOSED-CAPTIONS=NONE
            v/list.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=98000,CODECS="avc1.4d4015,mp4a.40.2",\
            RESOLUTION=320x180,FRAME-RATE=25.000,AUDIO="audio",SUBTITLES="subtitles",CLOSED-CAPTIONS=NONE
            w/list.m3u8

            """
        #expect(asset.resource(at: path) == .text(expected, .playlist))
    }

    @Test("Exactly what a player needs is served, each with its content type")
    func paths() throws {
        let asset = try SampleAsset().load()
        #expect(
            asset.paths.map(\.description) == [
                "a/0.m4s", "a/1.m4s", "a/init.mp4", "a/list.m3u8", "master.m3u8",
                "s/en/000.vtt", "s/en/001.vtt", "s/en/002.vtt", "s/en/playlist.m3u8",
                "s/es/000.vtt", "s/es/001.vtt", "s/es/002.vtt", "s/es/playlist.m3u8",
                "v/0.m4s", "v/1.m4s", "v/init.mp4", "v/list.m3u8", "w/0.m4s", "w/1.m4s", "w/init.mp4", "w/list.m3u8",
            ])
        let types = ["a/0.m4s": "audio/mp4", "v/init.mp4": "video/mp4", "v/list.m3u8": "application/vnd.apple.mpegurl"]
        for (path, type) in types {
            #expect(AssetPath(path).flatMap(asset.resource)?.contentType.rawValue == type)
            #expect(asset.storedFiles.map(\.description).contains(path))
        }
        #expect(AssetPath("s/en/000.vtt").flatMap(asset.resource)?.contentType.rawValue == "text/vtt; charset=utf-8")
        #expect(!asset.storedFiles.map(\.description).contains("s/en/000.vtt"))
    }

    @Test(
        "What lies in the folder but is not listed does not exist",
        arguments: [
            "asset.json", "s/en.srt", "s/es.vtt", "v", "v/2.m4s", "s/en", "s/en/003.vtt", "s/en/00.vtt", "V/0.m4s",
        ])
    func unlisted(path: String) throws {
        let asset = try SampleAsset().load()
        #expect(AssetPath(requested: path).flatMap(asset.resource) == nil)
    }

    static let spoilt: [(old: String, new: String, says: String)] = [
        (#""format": 1"#, #""format": 2"#, "asset.json: format must be 1"),
        (
            "10000", "0",
            "asset.json: durationMilliseconds, segmentMilliseconds or firstPresentationTimestamp is out of range"
        ),
        (
            "10000", "9223372036854775807",
            "asset.json: durationMilliseconds, segmentMilliseconds or firstPresentationTimestamp is out of range"
        ),
        (
            #""language": "en""#, #""language": "fr""#,
            "asset.json: there are no English subtitles, and without them a film is not playable"
        ),
        (
            #""kind": "subtitles""#, #""kind": "captions""#,
            "asset.json: there are no English subtitles, and without them a film is not playable"
        ),
        ("640", "9000000000000000000", "asset.json: v/list.m3u8: width, height or framesPerSecond is out of range"),
        (
            "200000", "9000000000000000000",
            "asset.json: v/list.m3u8: the bit rates are out of range, or the average is above the peak"
        ),
        (
            "200000", "149999",
            "asset.json: v/list.m3u8: the bit rates are out of range, or the average is above the peak"
        ),
        ("mp4a.40.2", #"mp4a\""#, "asset.json: a/list.m3u8: codecs is not a list as RFC 6381 has it"),
        (#""channels": 2"#, #""channels": 0"#, "asset.json: a/list.m3u8: channels is out of range"),
        ("v/list.m3u8", "../list.m3u8", "asset.json: “../list.m3u8” is not a canonical path inside the asset"),
        ("v/list.m3u8", "a/list.m3u8", "asset.json: a/list.m3u8 is named twice"),
        ("v/list.m3u8", "v/list.mp4", "asset.json: v/list.mp4: a media playlist's name ends in .m3u8"),
        ("s/en.srt", "s/en.txt", "asset.json: s/en.txt: subtitles end in .vtt or .srt"),
        ("s/en.srt", "s/es.srt", "asset.json: two subtitle files differ only in .vtt and .srt"),
        (#""English""#, #""Español (SDH)""#, "asset.json: two tracks of one kind have the same name"),
        (
            #""English""#, #""Eng\"lish""#,
            "asset.json: a name must have 1 to 100 bytes, and no quote or control character"
        ),
        (
            #""English""#, #""Eng\nlish""#,
            "asset.json: a name must have 1 to 100 bytes, and no quote or control character"
        ),
        (#""English""#, #""""#, "asset.json: a name must have 1 to 100 bytes, and no quote or control character"),
        ("init.mp4", "../init.mp4", "v/list.m3u8: “../init.mp4” is not a relative path to a .mp4 or .m4s file"),
        (
            "0.m4s", "http://host/0.m4s",
            "v/list.m3u8: “http://host/0.m4s” is not a relative path to a .mp4 or .m4s file"
        ),
        ("0.m4s", "asset.json", "v/list.m3u8: “asset.json” is not a relative path to a .mp4 or .m4s file"),
        ("0.m4s", "1.m4s", "asset.json: two things would be served at v/1.m4s"),
        ("#EXTM3U", "EXTM3U", "v/list.m3u8, line 1: a playlist begins with #EXTM3U"),
        (
            "#EXT-X-MAP", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-MAP",
            "v/list.m3u8, line 6: a tag that is not expected here"
        ),
        ("VOD", "EVENT", "v/list.m3u8, line 5: a tag that is not expected here"),
        ("\"init.mp4\"", "\"init.mp4\",BYTERANGE=\"1@0\"", "v/list.m3u8, line 6: a tag that is not expected here"),
        ("#EXTINF:6.000000,\n", "", "v/list.m3u8, line 7: a segment without #EXTINF"),
        ("#EXTINF:6.000000,", "#EXTINF:99999999999999999999,", "v/list.m3u8, line 7: a tag that is not expected here"),
        ("#EXTINF:6.000000,", "#EXTINF:-6,", "v/list.m3u8, line 7: a tag that is not expected here"),
        ("#EXTINF:6.000000,", "#EXTINF:16,", "v/list.m3u8: its segments last 10010 ms longer than asset.json says"),
        ("#EXT-X-MAP:URI=\"init.mp4\"\n", "", "v/list.m3u8, line 7: a segment without #EXT-X-MAP before it"),
        ("#EXT-X-ENDLIST\n", "", "v/list.m3u8, line 11: the playlist is cut off: #EXT-X-ENDLIST is missing"),
        ("#EXT-X-ENDLIST", "#EXT-X-ENDLIST\n2.m4s", "v/list.m3u8, line 12: something follows #EXT-X-ENDLIST"),
        ("0.m4s", "ñ.m4s", "v/list.m3u8, line 8: only ASCII is expected here"),
    ]

    @Test("A fault in the manifest or a playlist is refused with its place", arguments: spoilt)
    func refuses(old: String, new: String, says: String) throws {
        let error = #expect(throws: AssetError.self) { try SampleAsset().replacing(old, new).load() }
        #expect(error?.description == says)
    }

    @Test("A fault in subtitles is refused with file and line; so are subtitles that outlast the film")
    func subtitles() {
        var asset = SampleAsset()
        asset.english = "1\n00:00:05,000 --> 00:00:03,000\nHello\n"
        var error = #expect(throws: AssetError.self) { try asset.load() }
        #expect(error?.description == "s/en.srt, line 2: the cue does not end after its start")
        asset.english = "1\n00:00:05,000 --> 00:00:11,001\nHello\n"
        error = #expect(throws: AssetError.self) { try asset.load() }
        #expect(error?.description == "s/en.srt: its last cue ends 1001 ms after the film")
    }

    @Test("A file that is not there is named", arguments: ["v/list.m3u8", "s/es.vtt"])
    func missing(file: String) {
        var asset = SampleAsset()
        asset.missing = file
        let error = #expect(throws: AssetError.self) { try asset.load() }
        #expect(error?.description == "\(file): the file is missing")
    }
}
