/// A checked asset: every path that may be asked for, and what to answer.
///
/// The list is exact. What is not in it does not exist, however a request spells it: the delivered subtitle files, the
/// manifest and whatever else lies in the folder included.
public struct PlayableAsset: Sendable {
    public static let masterPath = MasterPlaylist.fileName
    static let subtitlePlaylistName = "playlist.m3u8"
    /// How far sound, pictures, subtitles and the manifest may disagree about the film's length.
    public static let durationToleranceMilliseconds = 1_000

    public let manifest: AssetManifest
    private let resources: [AssetPath: AssetResource]

    /// Checks an asset whose manifest was decoded and whose `manifest.textFiles` were read.
    public init(manifest: AssetManifest, files: [String: [UInt8]]) throws(AssetError) {
        try manifest.validate()
        guard let segmenter = manifest.segmenter else {
            throw AssetError(file: AssetManifest.fileName, reason: "the film's times are out of range")
        }
        var listing = ResourceListing()
        try listing.add(PlayableAsset.masterPath, .text(MasterPlaylist.text(manifest), .playlist))
        for rendition in manifest.video {
            try listing.add(rendition: rendition.playlist, .video, manifest: manifest, files: files)
        }
        for rendition in manifest.audio {
            try listing.add(rendition: rendition.playlist, .audio, manifest: manifest, files: files)
        }
        for subtitles in manifest.subtitles {
            try listing.add(subtitles: subtitles, segmenter: segmenter, files: files)
        }
        self.manifest = manifest
        self.resources = listing.resources
    }

    /// What lies at the path, or nil.
    public func resource(at path: AssetPath) -> AssetResource? { resources[path] }

    /// Every path that is served.
    public var paths: [AssetPath] { resources.keys.sorted { $0.description < $1.description } }

    /// The files that must be there for the film to play to its end.
    public var storedFiles: [AssetPath] {
        paths.filter { path in
            if case .file = resources[path] { true } else { false }
        }
    }
}

/// What is answered for one path.
public enum AssetResource: Sendable, Equatable {
    /// Made by this service.
    case text(String, ContentType)
    /// The file of that path in the asset's folder.
    case file(ContentType)

    public var contentType: ContentType {
        switch self {
        case .text(_, let type), .file(let type): type
        }
    }
}

public enum ContentType: String, Sendable {
    /// RFC 8216 §10.
    case playlist = "application/vnd.apple.mpegurl"
    case webVTT = "text/vtt; charset=utf-8"
    /// Initialisation and media segments.
    case video = "video/mp4"
    case audio = "audio/mp4"
}

/// The list while it grows; a path is added once.
private struct ResourceListing {
    var resources: [AssetPath: AssetResource] = [:]

    mutating func add(_ text: String, _ resource: AssetResource) throws(AssetError) {
        guard let path = AssetPath(text) else {
            throw AssetError(file: AssetManifest.fileName, reason: "“\(text)” is not a canonical path inside the asset")
        }
        guard resources.updateValue(resource, forKey: path) == nil else {
            throw AssetError(file: AssetManifest.fileName, reason: "two things would be served at \(path)")
        }
    }

    mutating func add(
        rendition playlist: String, _ type: ContentType, manifest: AssetManifest, files: [String: [UInt8]]
    ) throws(AssetError) {
        guard let bytes = files[playlist] else { throw AssetError(file: playlist, reason: "the file is missing") }
        let stored = try StoredPlaylist(bytes, file: playlist)
        let difference = stored.durationMicroseconds / 1000 - Int64(manifest.durationMilliseconds)
        guard abs(difference) <= PlayableAsset.durationToleranceMilliseconds else {
            throw AssetError(
                file: playlist, reason: "its segments last \(difference) ms longer than \(AssetManifest.fileName) says")
        }
        try add(playlist, .file(.playlist))
        for name in Set(stored.initialisations).sorted() + stored.segments {
            guard let path = AssetPath(playlist)?.sibling(name), name.hasSuffix(".mp4") || name.hasSuffix(".m4s") else {
                throw AssetError(file: playlist, reason: "“\(name)” is not a relative path to a .mp4 or .m4s file")
            }
            try add(path.description, .file(type))
        }
    }

    mutating func add(subtitles: SubtitleSource, segmenter: SubtitleSegmenter, files: [String: [UInt8]])
        throws(AssetError)
    {
        guard let bytes = files[subtitles.file], let format = SubtitleFormat(fileName: subtitles.file) else {
            throw AssetError(file: subtitles.file, reason: "the file is missing")
        }
        let track: CueTrack
        do throws(SubtitleError) {
            track = try CueTrack(bytes, format: format)
        } catch {
            throw AssetError(file: subtitles.file, line: error.line, reason: error.problem.description)
        }
        let over = track.end.milliseconds - segmenter.filmMilliseconds
        guard over <= PlayableAsset.durationToleranceMilliseconds else {
            throw AssetError(file: subtitles.file, reason: "its last cue ends \(over) ms after the film")
        }
        try add("\(subtitles.folder)/\(PlayableAsset.subtitlePlaylistName)", .text(segmenter.playlist, .playlist))
        for (index, text) in segmenter.segments(of: track).enumerated() {
            try add("\(subtitles.folder)/\(SubtitleSegmenter.segmentName(index))", .text(text, .webVTT))
        }
    }
}
