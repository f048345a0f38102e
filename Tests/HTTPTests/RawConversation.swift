import Glibc
import Reactor

/// Bytes over a plain socket, for what no proper client would send. Runs on a thread of its own, because it blocks.
enum RawConversation {
    struct Failure: Error { let reason: String }

    /// Sends `pieces` one after the other and reads until the server closes, or until `isEnough` is content with
    /// what has come.
    static func exchange(
        port: UInt16, _ pieces: [String], until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        try await onThread { () throws(Failure) in try talk(port, pieces, isEnough) }
    }

    /// Sends `start`, then a byte every few milliseconds until the server has had enough of it.
    static func drip(port: UInt16, _ start: String) async throws {
        try await onThread { () throws(Failure) in
            let descriptor = try connect(port)
            defer { close(descriptor) }
            send(descriptor, Array(start.utf8))
            var drop = UInt8(ascii: "x")
            let deadline = ContinuousClock.now + .seconds(180)
            while Glibc.send(descriptor, &drop, 1, Int32(MSG_NOSIGNAL)) == 1 {
                usleep(5_000)
                guard ContinuousClock.now < deadline else { throw Failure(reason: "the server let it drip") }
            }
        }
    }

    /// Sends `request` and goes away without reading: the server's next write meets a reset.
    static func sendAndVanish(port: UInt16, _ request: String, when: @escaping @Sendable () -> Bool) async throws {
        try await onThread { () throws(Failure) in
            let descriptor = try connect(port)
            defer { close(descriptor) }
            send(descriptor, Array(request.utf8))
            while !when() { usleep(1_000) }
            var reset = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
        }
    }

    private static func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws -> Value {
        let outcome: Result<Value, Failure> = await withCheckedContinuation { continuation in
            do {
                try startThread(name: "raw") { continuation.resume(returning: Result(catching: body)) }
            } catch {
                continuation.resume(returning: .failure(Failure(reason: "\(error)")))
            }
        }
        return try outcome.get()
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // The server may have answered and closed before it read all.
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func talk(
        _ port: UInt16, _ pieces: [String], _ isEnough: (String) -> Bool
    ) throws(Failure) -> String {
        let descriptor = try connect(port)
        defer { close(descriptor) }
        for piece in pieces { send(descriptor, Array(piece.utf8)) }
        return try read(descriptor, isEnough)
    }

    /// What comes until the server closes.
    static func readToEnd(_ descriptor: Int32) async throws -> String {
        try await onThread { () throws(Failure) in
            defer { close(descriptor) }
            return try read(descriptor) { _ in false }
        }
    }

    private static func read(_ descriptor: Int32, _ isEnough: (String) -> Bool) throws(Failure) -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while !isEnough(String(decoding: received, as: UTF8.self)) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN { throw Failure(reason: "the server neither answered nor closed") }
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// A socket of the caller's own; a small receive buffer makes a reader that is slow from the first bytes on.
    static func connect(_ port: UInt16, receiveBufferBytes: Int32? = nil) throws(Failure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var patience = timeval(tv_sec: 180, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw Failure(reason: "cannot connect: errno \(errno)")
        }
        return descriptor
    }
}
