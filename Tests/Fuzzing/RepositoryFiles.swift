import FoundationEssentials

/// Files of the repository that inputs begin from, read where they lie.
enum RepositoryFiles {
    /// Every event body ever published, one of each type and version.
    static var eventBodies: [String] { texts(in: "Tests/FilmClubModelTests/Corpus") }

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    private static func texts(in folder: String) -> [String] {
        let folder = root.appending(path: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { try? String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
    }
}
