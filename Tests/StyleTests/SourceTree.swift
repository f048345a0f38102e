import Glibc

/// A text file of the package, and what a rule wants to know of it.
struct SourceFile: Sendable, CustomStringConvertible {
    /// From the package's root: `Shared/JSON/JSON.swift`.
    let path: String
    let lines: [Substring]
    /// The same lines without comments and without the words of string literals.
    let code: [Substring]

    var description: String { path }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = SwiftCode(text).lines
    }

    /// The modules that it imports, whatever the access level.
    var imports: [String] {
        code.compactMap { line in
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

/// The package's own files, read as text.
enum SourceTree {
    static let root: String = {
        // Tests/StyleTests/SourceTree.swift
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }()

    static let swift: [SourceFile] = ["Services", "Shared", "Tests"].flatMap { folder in
        paths(below: folder).filter { $0.hasSuffix(".swift") }.sorted()
    }.map { SourceFile(path: $0, text: text($0)) }

    /// The bash scripts: what begins with `#!`, and what those share.
    static let scripts: [String] = (paths(below: "deploy") + paths(below: ".ci")).sorted().filter { path in
        path.hasSuffix(".sh") || text(path).hasPrefix("#!/usr/bin/env bash\n")
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

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat("\(root)/\(path)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
