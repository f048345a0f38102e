import FoundationEssentials

/// Files of the repository that tests read where they lie.
enum TestFiles {
    static var corpus: URL { folder.appending(path: "Corpus") }

    static var sampleCatalogue: URL {
        folder.deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy/sample/catalogue.json")
    }

    static func bytes(_ file: URL) throws -> [UInt8] {
        Array(try Data(contentsOf: file))
    }

    private static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent() }
}

extension String {
    /// Equal byte for byte, which Swift's `==` does not promise: it takes “é” and “e” with an accent for the same.
    func isIdentical(to other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
