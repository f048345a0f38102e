internal import Glibc
internal import Synchronization

/// A regular file, opened for reading and closed with its last copy.
public final class OpenFile: Sendable {
    /// -1 once it was given away.
    private let descriptor: Atomic<Int32>
    public let bytes: Int64
    /// A validator of this very content (RFC 9110 §8.8.3): time of change to the nanosecond, size and inode.
    public let entityTag: String
    /// Seconds since 1970.
    let modifiedSeconds: Int64

    /// Nil where there is no regular file that this process may read. The path is the server's own, never the
    /// client's: who maps one to the other checks it. A symbolic link at its end is not followed.
    public init?(path: String) {
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard opened >= 0 else { return nil }
        descriptor = Atomic(opened)
        var status = stat()
        guard unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return nil
        }
        bytes = Int64(status.st_size)
        modifiedSeconds = Int64(status.st_mtim.tv_sec)
        let parts = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size), Int(status.st_ino)]
        entityTag = "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\""
    }

    deinit {
        let opened = descriptor.load(ordering: .acquiring)
        if opened >= 0 { close(opened) }
    }

    /// The descriptor, from now on the caller's own to close; nil the second time.
    func take() -> Int32? {
        let opened = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        return opened >= 0 ? opened : nil
    }
}

/// Some bytes of a file. Answered once: the descriptor goes with the answer.
public struct FileSlice: Sendable {
    let file: OpenFile
    let offset: Int64
    let count: Int64
}

extension Response {
    /// The file, or the part of it that `Range` asks for (RFC 9110 §14), or 304 where the client has it already.
    /// Throws 412 where it is not the file the client thinks of, and 416 for a range outside it.
    public static func file(
        _ file: OpenFile, for request: Request, mediaType: String, headers: ResponseHeaders = [:]
    ) throws(Problem) -> Response {
        var headers = headers
        headers["ETag"] = file.entityTag
        headers["Last-Modified"] = HTTPDate.text(file.modifiedSeconds)
        headers["Accept-Ranges"] = "bytes"
        let validators = Validators(entityTag: file.entityTag, lastModifiedSeconds: file.modifiedSeconds)
        switch Preconditions.evaluate(request.headers, request.method, of: validators) {
        case .notModified: return .notModified(headers)
        case .failed: throw .preconditionFailed
        case .proceed: break
        }
        headers["Content-Type"] = mediaType
        let whole = FileSlice(file: file, offset: 0, count: file.bytes)
        guard let asked = request.headers["Range"], request.method == .get,
            Preconditions.heedsRange(request.headers, entityTag: file.entityTag)
        else { return Response(headers: headers, body: .file(whole)) }

        switch ByteRange.resolve(asked, size: file.bytes) {
        case .whole: return Response(headers: headers, body: .file(whole))
        case .part(let range):
            headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.bytes)"
            let part = FileSlice(file: file, offset: range.lowerBound, count: range.upperBound - range.lowerBound)
            return Response(status: 206, headers: headers, body: .file(part))
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable, detail: "The content has \(file.bytes) bytes.",
                headers: ["Content-Range": "bytes */\(file.bytes)", "Accept-Ranges": "bytes"])
        }
    }
}
