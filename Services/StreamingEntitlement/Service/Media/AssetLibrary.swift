internal import ServiceShell
internal import StreamingEntitlementDomain

/// The assets in use, in memory: read and checked once, then answered from here.
///
/// The files of an asset do not change under its name; a new cut of a film is a new asset. An import looks at the files
/// anew nevertheless, and this process then serves what it saw.
actor AssetLibrary {
    /// A film's playlists and subtitles are some 300 kB of text, so this is at most about 40 MB; what is not in use
    /// takes no room, and what was dropped is read again.
    static let generationAssetsMax = 64

    nonisolated let folder: AssetFolder
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var loaded = GenerationCache<AssetPath, LoadedAsset>(generationMax: generationAssetsMax)
    private var loading: [AssetPath: Task<Result<LoadedAsset, AssetError>, Never>] = [:]

    init(root: String, on loop: EventLoop) {
        folder = AssetFolder(root: root)
        self.loop = loop
    }

    /// Whoever comes while an asset is read waits for that reading.
    func asset(_ path: AssetPath) async throws(AssetError) -> LoadedAsset {
        if let asset = loaded.value(for: path) { return asset }
        return try await (loading[path] ?? read(path)).value.get()
    }

    /// The asset as its files are now; it is not kept.
    func examine(_ path: AssetPath) async throws(AssetError) -> LoadedAsset {
        try await Self.load(path, from: folder).value.get()
    }

    func keep(_ asset: LoadedAsset, as path: AssetPath) { loaded.keep(asset, for: path) }

    private func read(_ path: AssetPath) -> Task<Result<LoadedAsset, AssetError>, Never> {
        let reading = Task {
            let result = await Self.load(path, from: folder).value
            if case .success(let asset) = result { keep(asset, as: path) }
            loading[path] = nil
            return result
        }
        loading[path] = reading
        return reading
    }

    /// Detached: the loop's thread goes on meanwhile.
    private static func load(
        _ path: AssetPath, from folder: AssetFolder
    ) -> Task<Result<LoadedAsset, AssetError>, Never> {
        Task.detached { Result { () throws(AssetError) in try folder.load(path) } }
    }
}
