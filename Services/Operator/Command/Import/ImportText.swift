internal import Glibc

/// The text of an import file, read in windows: as little is in memory of the largest file as of the smallest.
final class ImportText: Sendable {
    /// Of a file, in bytes.
    static let windowBytes = 1 << 20

    private enum Content: Sendable {
        case file(descriptor: Int32, size: Int64, modified: Instant)
        case bytes([UInt8], window: Int)
    }

    /// When a file was last written to, as the system says it.
    private struct Instant: Equatable {
        let seconds: Int
        let nanoseconds: Int
    }

    let path: String
    private let content: Content

    /// A regular file; from anything else the text could be read only once.
    init(path: String) throws(FileError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("reading", path) }
        do throws(FileError) {
            let (size, modified) = try Self.state(of: descriptor, path)
            content = .file(descriptor: descriptor, size: size, modified: modified)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Text that is in memory already.
    init(path: String, bytes: [UInt8], window: Int = windowBytes) {
        self.path = path
        content = .bytes(bytes, window: window)
    }

    deinit {
        if case .file(let descriptor, _, _) = content { close(descriptor) }
    }

    /// The window that begins at `offset`; empty at the end. The text is read more than once, and must be the same each
    /// time.
    func window(at offset: Int) throws(FileError) -> [UInt8] {
        switch content {
        case .bytes(let bytes, let window):
            return Array(bytes[min(offset, bytes.count)..<min(offset + window, bytes.count)])
        case .file(let descriptor, let size, let modified):
            var bytes = [UInt8](repeating: 0, count: Self.windowBytes)
            let count = pread(descriptor, &bytes, bytes.count, off_t(offset))
            guard count >= 0 else { throw FileError("reading", path) }
            guard try Self.state(of: descriptor, path) == (size, modified) else {
                throw FileError(description: "\(path) was changed while it was imported. Import it again.")
            }
            bytes.removeSubrange(count...)
            return bytes
        }
    }

    private static func state(of descriptor: Int32, _ path: String) throws(FileError) -> (Int64, Instant) {
        var state = stat()
        guard fstat(descriptor, &state) == 0 else { throw FileError("reading", path) }
        guard state.st_mode & S_IFMT == S_IFREG else {
            throw FileError(description: "\(path) is no regular file; an import reads its file more than once.")
        }
        return (
            Int64(state.st_size), Instant(seconds: state.st_mtim.tv_sec, nanoseconds: state.st_mtim.tv_nsec)
        )
    }
}

/// A place in the text, as editors count: both from 1, columns in characters (Unicode scalars).
struct TextPlace: Hashable, Sendable {
    var line = 1
    var column = 1

    mutating func step(over byte: UInt8) {
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0b1100_0000 != 0b1000_0000 {
            column += 1
        }
    }

    /// A place within what begins here.
    func adding(line inner: Int, column innerColumn: Int) -> TextPlace {
        TextPlace(line: line + inner - 1, column: inner == 1 ? column + innerColumn - 1 : innerColumn)
    }
}

/// Goes over the text byte by byte, once.
struct TextCursor {
    private let text: ImportText
    private var window: [UInt8] = []
    private var index = 0
    private var nextOffset = 0
    private(set) var place = TextPlace()

    init(_ text: ImportText) { self.text = text }

    /// The next byte, which stays the next; nil at the end.
    mutating func peek() throws(FileError) -> UInt8? {
        if index == window.count {
            window = try text.window(at: nextOffset)
            nextOffset += window.count
            index = 0
            if window.isEmpty { return nil }
        }
        return window[index]
    }

    /// Steps over the byte that `peek` has shown.
    mutating func step(over byte: UInt8) {
        index += 1
        place.step(over: byte)
    }

    /// Steps over white space (RFC 8259 §2) and shows what comes then.
    mutating func peekBehindSpace() throws(FileError) -> UInt8? {
        while let byte = try peek() {
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return byte }
            step(over: byte)
        }
        return nil
    }
}
