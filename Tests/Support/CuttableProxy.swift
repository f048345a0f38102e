internal import Glibc
internal import Reactor

/// A proxy before the server that can lose answers, stop reading, refuse, and cut: what a network does.
///
/// `@unchecked Sendable`: its state is touched on the loop only, which `onLoop` sees to.
public final class CuttableProxy: @unchecked Sendable {
    private struct Pair {
        var client: Int32
        var server: Int32
        var watches: [Watch]
    }

    public let port: UInt16
    private let listener: Int32
    private var watch: Watch?
    private var pairs: [Int32: Pair] = [:]
    private var losesAnswers = false
    private var isDeaf = false
    private var refuses = false

    private init(listener: Int32, port: UInt16) {
        self.listener = listener
        self.port = port
    }

    public static func start() async throws -> CuttableProxy {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isBound else { throw ProxyError.system(errno) }
        let proxy = CuttableProxy(listener: listener, port: UInt16(bigEndian: address.sin_port))
        try await proxy.onLoop { proxy in
            proxy.watch = try TestLoop.shared.watch(listener, for: .read) { _ in proxy.accept() }
        }
        return proxy
    }

    public enum ProxyError: Error { case system(Int32), noServer }

    // MARK: - What a network does

    /// The server hears and answers, and the answers go nowhere.
    public func loseAnswers() async throws { try await onLoop { $0.losesAnswers = true } }

    /// The server hears nothing more.
    public func stopListening() async throws {
        try await onLoop { proxy in
            proxy.isDeaf = true
            for pair in proxy.pairs.values { try pair.watches[0].change(to: []) }
        }
    }

    /// Ends all connections, and new ones at once while `refusing`.
    public func cut(refusing: Bool = false) async throws {
        try await onLoop { proxy in
            proxy.refuses = refusing
            proxy.losesAnswers = false
            proxy.isDeaf = false
            for client in Array(proxy.pairs.keys) { proxy.end(client) }
        }
    }

    public func stop() async throws {
        try await cut(refusing: true)
        try await onLoop { proxy in
            proxy.watch?.cancel()
            proxy.watch = nil
            close(proxy.listener)
        }
    }

    // MARK: - Plumbing

    private func onLoop(_ body: @escaping @Sendable (CuttableProxy) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            TestLoop.shared.execute { continuation.resume(with: Result { try body(self) }) }
        }
    }

    private func accept() {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        guard !refuses, let server = try? Self.connectToServer() else {
            close(client)
            return
        }
        do {
            let up = try TestLoop.shared.watch(client, for: isDeaf ? [] : .read) { _ in
                self.forward(from: client, to: server, client: client, isLost: false)
            }
            let down = try TestLoop.shared.watch(server, for: .read) { _ in
                self.forward(from: server, to: client, client: client, isLost: self.losesAnswers)
            }
            pairs[client] = Pair(client: client, server: server, watches: [up, down])
        } catch {
            close(client)
            close(server)
        }
    }

    private func forward(from source: Int32, to target: Int32, client: Int32, isLost: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(source, &buffer, buffer.count)
        guard count > 0 else { return end(client) }
        guard !isLost else { return }
        // Blocking writes: what the tests send fits into the sockets' buffers.
        if send(target, buffer, count, Int32(MSG_NOSIGNAL)) != count { end(client) }
    }

    private func end(_ client: Int32) {
        guard let pair = pairs.removeValue(forKey: client) else { return }
        for watch in pair.watches { watch.cancel() }
        close(pair.client)
        close(pair.server)
    }

    /// The tests' server, over TCP or its socket file.
    private static func connectToServer() throws -> Int32 {
        let settings = try TestDatabase.server().split(separator: " ").map { $0.split(separator: "=", maxSplits: 1) }
        func setting(_ name: String) -> String? {
            settings.first { $0.count == 2 && $0[0] == name }.map { String($0[1]) }
        }
        let port = setting("port") ?? "5432"
        let host = setting("host") ?? "/var/run/postgresql"
        return try host.hasPrefix("/") ? connectToFile("\(host)/.s.PGSQL.\(port)") : connectToAddress(host, port)
    }

    private static func connectToFile(_ path: String) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw ProxyError.noServer }
        return descriptor
    }

    private static func connectToAddress(_ host: String, _ port: String) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0, let first = found else { throw ProxyError.noServer }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        guard connect(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            throw ProxyError.noServer
        }
        return descriptor
    }
}

extension TestDatabase {
    /// Lends a proxy before this database's server, and the connection string that leads through it.
    public func withProxy(_ body: (CuttableProxy, String) async throws -> Void) async throws {
        let proxy = try await CuttableProxy.start()
        // The later of two settings wins.
        let through = connectionString + " host=127.0.0.1 port=\(proxy.port)"
        do {
            try await body(proxy, through)
            try await proxy.stop()
        } catch {
            try await proxy.stop()
            throw error
        }
    }
}
