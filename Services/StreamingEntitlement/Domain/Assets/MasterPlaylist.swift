import FilmClubModel

/// Writes the master playlist (RFC 8216 §4.3.4; "multivariant" in its bis) of an asset.
enum MasterPlaylist {
    static let fileName = "master.m3u8"
    private static let audioGroup = "audio"
    private static let subtitleGroup = "subtitles"
    /// What captions for the deaf and hard of hearing are (RFC 8216bis §4.4.6.1), as opposed to a translation.
    private static let captionCharacteristics =
        "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"

    /// Every variant carries the sound and the subtitles. URIs are relative: the token before them in the path is
    /// inherited by each. The manifest must be valid.
    static func text(_ manifest: AssetManifest) -> String {
        var lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
        for (index, audio) in manifest.audio.enumerated() {
            lines.append(media(audio, isDefault: index == 0))
        }
        let english = manifest.subtitles.firstIndex(where: \.isEnglishTranslation)
        for (index, subtitles) in manifest.subtitles.enumerated() {
            lines.append(media(subtitles, isDefault: index == english))
        }
        for video in manifest.video {
            lines.append(variant(video, with: manifest.audio))
            lines.append(video.playlist)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func media(_ audio: AudioRendition, isDefault: Bool) -> String {
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"\(audioGroup)\",NAME=\"\(audio.name)\",LANGUAGE=\"\(audio.language)\","
            + "DEFAULT=\(isDefault ? "YES" : "NO"),AUTOSELECT=YES,CHANNELS=\"\(audio.channels)\",URI=\"\(audio.playlist)\""
    }

    private static func media(_ subtitles: SubtitleSource, isDefault: Bool) -> String {
        let isCaptions = subtitles.kind == .captions
        return "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"\(subtitleGroup)\",NAME=\"\(subtitles.name)\","
            + "LANGUAGE=\"\(subtitles.language)\",DEFAULT=\(isDefault ? "YES" : "NO"),AUTOSELECT=YES,FORCED=NO,"
            + (isCaptions ? "CHARACTERISTICS=\"\(captionCharacteristics)\"," : "")
            + "URI=\"\(subtitles.folder)/\(PlayableAsset.subtitlePlaylistName)\""
    }

    private static func variant(_ video: VideoRendition, with audio: [AudioRendition]) -> String {
        // Of any sound that may be chosen, the most costly (RFC 8216 §4.3.4.2).
        let peak = video.peakBitsPerSecond + (audio.map(\.peakBitsPerSecond).max() ?? 0)
        let average = video.averageBitsPerSecond + (audio.map(\.averageBitsPerSecond).max() ?? 0)
        var codecs = [video.codecs]
        for rendition in audio where !codecs.contains(rendition.codecs) { codecs.append(rendition.codecs) }
        return "#EXT-X-STREAM-INF:BANDWIDTH=\(peak),AVERAGE-BANDWIDTH=\(average),"
            + "CODECS=\"\(codecs.joined(separator: ","))\",RESOLUTION=\(video.width)x\(video.height),"
            + "FRAME-RATE=\(video.framesPerSecond).000,AUDIO=\"\(audioGroup)\",SUBTITLES=\"\(subtitleGroup)\","
            + "CLOSED-CAPTIONS=NONE"
    }
}
