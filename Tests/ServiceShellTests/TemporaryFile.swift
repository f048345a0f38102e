import FoundationEssentials

@testable import ServiceShell

/// A file of one test's own, gone with it.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String = "") throws {
        path = FileManager.default.temporaryDirectory.appending(path: "filmclub-shell-\(UUID().uuidString)").path
        try write(text)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String) throws { try SmallFile.replace(path, with: text) }
    func read() throws -> String { try SmallFile.text(of: path) }
}
