internal import FilmClubModel
internal import FoundationEssentials
internal import HTTPServer
internal import JSON
internal import StreamingEntitlementDomain

/// The files of all media: an asset is a folder below the root.
struct AssetFolder: Sendable {
    static let manifestBytesMax = 256 * 1_024
    /// Of a media playlist; a film of three hours in segments of two seconds has 200 kB.
    static let playlistBytesMax = 2 * 1_024 * 1_024

    let root: String

    /// The file at `path` of an asset. Both are canonical, so that nothing outside the root can be meant; a symbolic
    /// link in the place of the file is not followed.
    func file(_ path: AssetPath, of asset: AssetPath) -> OpenFile? { OpenFile(path: "\(root)/\(asset)/\(path)") }

    /// Reads and checks an asset: its manifest, playlists and subtitles, and that every file is there which a player
    /// would ask for. Reads for some milliseconds: not on an event loop.
    func load(_ asset: AssetPath) throws(AssetError) -> LoadedAsset {
        let text = try read(AssetManifest.fileName, of: asset, bytesMax: Self.manifestBytesMax)
        let manifest: AssetManifest
        do throws(JSONError) {
            manifest = try JSON.decode(AssetManifest.self, from: text)
        } catch {
            throw AssetError(file: AssetManifest.fileName, line: error.line, reason: Self.text(of: error))
        }
        var texts: [String: [UInt8]] = [:]
        for name in manifest.textFiles {
            let bytesMax = SubtitleFormat(fileName: name) == nil ? Self.playlistBytesMax : SubtitleLimits.bytesMax
            texts[name] = try read(name, of: asset, bytesMax: bytesMax)
        }
        let playable = try PlayableAsset(manifest: manifest, files: texts)
        for path in playable.storedFiles {
            guard let file = file(path, of: asset), file.bytes > 0 else {
                throw AssetError(file: path.description, reason: "the file is missing or empty")
            }
        }
        return LoadedAsset(playable)
    }

    private func read(_ name: String, of asset: AssetPath, bytesMax: Int) throws(AssetError) -> [UInt8] {
        guard let path = AssetPath(name) else {
            throw AssetError(
                file: AssetManifest.fileName, reason: "“\(name.prefix(200))” is not a canonical path inside the asset")
        }
        guard let file = file(path, of: asset) else { throw AssetError(file: name, reason: "the file is missing") }
        guard file.bytes <= bytesMax else {
            throw AssetError(file: name, reason: "the file has more than \(bytesMax) bytes")
        }
        guard let content = try? Data(contentsOf: URL(filePath: "\(root)/\(asset)/\(path)")) else {
            throw AssetError(file: name, reason: "the file cannot be read")
        }
        return Array(content)
    }

    private static func text(of error: JSONError) -> String {
        error.path.isEmpty ? error.message : "\(error.path): \(error.message)"
    }
}

/// An asset that was checked, with the answers that need no file ready to be sent.
final class LoadedAsset: Sendable {
    private let asset: PlayableAsset
    private let texts: [AssetPath: [UInt8]]

    /// What is answered for one path.
    enum Content: Sendable {
        case text([UInt8], ContentType)
        case file(ContentType)
    }

    init(_ asset: PlayableAsset) {
        self.asset = asset
        var texts: [AssetPath: [UInt8]] = [:]
        for path in asset.paths {
            if case .text(let text, _) = asset.resource(at: path) { texts[path] = Array(text.utf8) }
        }
        self.texts = texts
    }

    /// Nil where nothing is served.
    func content(at path: AssetPath) -> Content? {
        switch asset.resource(at: path) {
        case .text(_, let type): texts[path].map { .text($0, type) }
        case .file(let type): .file(type)
        case nil: nil
        }
    }

    var paths: [AssetPath] { asset.paths }
}
