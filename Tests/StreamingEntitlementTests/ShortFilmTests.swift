import FilmClubModel
import FoundationEssentials
import JSON
import StreamingEntitlementDomain
import Testing

/// The project's own film, as it lies in the repository.
struct ShortFilmTests {
    static let folder =
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/deploy/sample/short-film"

    static func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    }

    static func load() throws -> PlayableAsset {
        let manifest = try JSON.decode(AssetManifest.self, from: read(AssetManifest.fileName))
        var files: [String: [UInt8]] = [:]
        for name in manifest.textFiles { files[name] = try read(name) }
        return try PlayableAsset(manifest: manifest, files: files)
    }

    @Test("The short film is playable, all its files are there, and they fit in a megabyte")
    func playable() throws {
        let asset = try Self.load()
        #expect(asset.manifest.video.count == 2)
        #expect(asset.manifest.audio.map(\.language.text) == ["es"])
        var bytes = 0
        for path in asset.storedFiles {
            let file = try Self.read(path.description)
            #expect(!file.isEmpty)
            bytes += file.count
        }
        #expect(bytes > 0 && bytes <= 1_000_000)
    }

    @Test("A line of its English subtitles crosses from one segment to the next and stands in both")
    func boundary() throws {
        let asset = try Self.load()
        for name in ["000.vtt", "001.vtt"] {
            let path = try #require(AssetPath("subtitles/en/\(name)"))
            guard case .text(let text, .webVTT) = asset.resource(at: path) else {
                Issue.record("no text at \(path)")
                continue
            }
            #expect(text.hasPrefix("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"))
            #expect(text.contains("00:00:02.200 --> 00:00:05.300\nEvery night, the lighthouse opens its eyes.\n"))
        }
    }
}
