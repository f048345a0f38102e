import Glibc

/// The package's own files, read as text.
struct SourceTree {
    struct File: CustomStringConvertible {
        /// From the package's root: `Shared/JSON/JSON.swift`.
        let path: String
        let lines: [Substring]

        var description: String { path }

        /// The modules that it imports, in either access level.
        var imports: [String] {
            lines.compactMap { line in
                var words = line.split(separator: " ")[...]
                while let word = words.first, word.hasPrefix("@") || Self.modifiers.contains(word) {
                    words = words.dropFirst()
                }
                guard words.first == "import" else { return nil }
                let named = words.dropFirst()
                // `import struct Module.Name` names the module before the dot.
                let module = named.count > 1 ? named.dropFirst().first : named.first
                return module.map { String($0.prefix { $0 != "." }) }
            }
        }

        private static let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    }

    static let root: String = {
        // Tests/StyleTests/SourceTree.swift
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }()

    /// Every Swift file below `folder`.
    static func swiftFiles(below folder: String) -> [File] {
        paths(below: folder).filter { $0.hasSuffix(".swift") }.sorted().map { path in
            File(path: path, lines: text(path).split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    static func text(_ path: String) -> String {
        guard let stream = fopen("\(root)/\(path)", "r") else { return "" }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func paths(below folder: String) -> [String] {
        names(in: folder).flatMap { name -> [String] in
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            return isFolder(path) ? paths(below: path) : [path]
        }
    }

    static func names(in folder: String) -> [String] {
        guard let directory = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat("\(root)/\(path)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
