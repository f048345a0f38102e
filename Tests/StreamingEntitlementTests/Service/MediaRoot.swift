import FoundationEssentials

/// A folder of media with the short film in it, gone with it.
final class MediaRoot: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "filmclub-media-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/short-film", withDestinationPath: ShortFilmTests.folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ content: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let folder = file.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(content).write(to: URL(filePath: file))
        return file
    }

    /// The small asset, with files in the place of its segments.
    func write(_ asset: SampleAsset, as name: String) throws {
        for (file, content) in asset.files() { try write("\(name)/\(file)", content) }
        try write("\(name)/asset.json", Array(asset.manifest.utf8))
        for folder in ["v", "w", "a"] {
            for file in ["init.mp4", "0.m4s", "1.m4s"] where "\(folder)/\(file)" != asset.missing {
                try write("\(name)/\(folder)/\(file)", Array("\(folder)/\(file)".utf8))
            }
        }
    }
}
