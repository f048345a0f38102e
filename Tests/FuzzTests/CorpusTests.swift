import FoundationEssentials
import Fuzzing
import Testing

/// Inputs that once broke something, or stand right beside what could: a folder a target, a file an input.
@Suite("Inputs that are kept")
struct CorpusTests {
    private static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus") }

    @Test("Every kept input breaks no promise any more")
    func kept() throws {
        var checked = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted() {
            let target = try #require(FuzzTarget.all.first { $0.name == name }, "\(name) is no target")
            let files = Self.folder.appending(path: name)
            for file in try FileManager.default.contentsOfDirectory(atPath: files.path).sorted() {
                let input = Array(try Data(contentsOf: files.appending(path: file)))
                #expect(throws: Never.self, "\(name)/\(file)") { try target.check(input: input) }
                checked += 1
            }
        }
        #expect(checked > 0)
    }
}
