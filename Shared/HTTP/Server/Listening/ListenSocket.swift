internal import Glibc

/// A listener could not be started.
public struct ListenerError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// A listening TCP socket, opened by us so that its port and its errors are known.
enum ListenSocket {
    static func open(
        host: String, port: UInt16, backlog: Int32
    ) throws(ListenerError) -> (descriptor: Int32, port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = unsafe found?.pointee else {
            throw ListenerError(description: "\(host) is not a numeric address to listen on")
        }
        defer { unsafe freeaddrinfo(found) }

        let type = unsafe address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(address.ai_family, type, 0)
        guard descriptor >= 0 else { throw failure("socket", host, port) }
        var one: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            listen(descriptor, backlog) == 0
        else {
            let error = failure("listen", host, port)
            close(descriptor)
            throw error
        }
        return (descriptor, boundPort(of: descriptor) ?? port)
    }

    private static func failure(_ operation: String, _ host: String, _ port: UInt16) -> ListenerError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error"
        return ListenerError(description: "\(operation) on \(host), port \(port) failed: \(reason)")
    }

    private static func boundPort(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { return nil }
        // The port stands at the same place for IPv4 and IPv6.
        return unsafe withUnsafeBytes(of: address) {
            UInt16(bigEndian: unsafe $0.load(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
