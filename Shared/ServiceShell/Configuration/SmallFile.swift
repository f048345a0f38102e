import Glibc

/// Files that are read whole at once: settings, secrets, key sets, `/proc`.
enum SmallFile {
    static let bytesMax = 1 << 20

    /// What tells one content of a path from the next: a replaced file has another inode, a rewritten one another
    /// time or size.
    struct Stamp: Equatable, Sendable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    static func bytes(of path: String) throws(FileFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("The file \(path) cannot be opened: \(errorText(errno)).") }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("The file \(path) cannot be read: \(errorText(errno)).") }
            guard count > 0 else { return content }
            content += chunk[..<count]
            guard content.count <= bytesMax else {
                throw FileFailure("The file \(path) is longer than \(bytesMax) bytes.")
            }
        }
    }

    static func text(of path: String) throws(FileFailure) -> String {
        guard let text = String(validating: try bytes(of: path), as: UTF8.self) else {
            throw FileFailure("The file \(path) is not UTF-8.")
        }
        return text
    }

    static func stamp(of path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }

    /// Replaces a file as a whole: a reader sees the old content or the new, never a part.
    static func replace(_ path: String, with text: String) throws(FileFailure) {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileFailure("The file \(temporary) cannot be written: \(errorText(errno)).")
        }
        let written = writeFully(descriptor, Array(text.utf8))
        let code = errno
        close(descriptor)
        guard written, rename(temporary, path) == 0 else {
            let reason = errorText(written ? errno : code)
            unlink(temporary)
            throw FileFailure("The file \(path) cannot be written: \(reason).")
        }
    }

    /// Writes all of it, waiting where it must; false with `errno` if the descriptor refuses.
    static func writeFully(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count > 0 {
                done += count
            } else if count < 0, errno == EAGAIN {
                // Somebody else made this open file non-blocking (a terminal is shared): wait for room.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, 1_000)
            } else if count < 0, errno != EINTR {
                return false
            }
        }
        return true
    }

    static func errorText(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What is wrong with a file, as a whole sentence.
struct FileFailure: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
