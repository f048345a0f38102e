internal import Glibc

/// Small files as a whole: readers see the old text or the new one, never a part.
enum OutputFile {
    static func replace(_ path: String, with text: String, permissions: mode_t = 0o644) throws(FileError) {
        let temporary = "\(path).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw FileError("writing", path) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                close(descriptor)
                throw FileError("writing", path)
            }
            bytes = bytes.dropFirst(count)
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else { throw FileError("replacing", path) }
    }

    static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("reading", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw FileError("reading", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= bytesMax else {
                throw FileError(description: "\(path) has more than \(bytesMax) bytes.")
            }
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

/// A file that cannot be read or written, in a sentence.
struct FileError: Error, CustomStringConvertible {
    let description: String

    init(description: String) { self.description = description }

    init(_ doing: String, _ path: String) {
        description = "\(path): \(doing) it failed: \(String(cString: strerror(errno)))."
    }
}
