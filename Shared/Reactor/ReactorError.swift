internal import Glibc

/// A system call that the loop needs has failed.
public struct ReactorError: Error, Hashable, CustomStringConvertible {
    public let operation: String
    public let errno: Int32

    public var description: String {
        let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error"
        return "\(operation) failed: \(text) (errno \(errno))"
    }
}
