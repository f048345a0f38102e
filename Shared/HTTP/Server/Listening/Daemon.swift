internal import CMicroHTTP
internal import Glibc

/// The library's daemon: every call to libmicrohttpd is in this file and the two beside it. Belongs to the loop's
/// thread; `stop` must come before the end.
@safe final class Daemon {
    private let daemon: OpaquePointer
    /// Read by the library's logger as long as the daemon lives.
    private let configuration: UnsafeMutablePointer<cmh_configuration>
    private var listenSocket: Int32?

    /// `context` goes to the callbacks of `DaemonCallbacks` and must outlive the daemon.
    init(listenSocket: Int32, limits: ListenerLimits, context: UnsafeMutableRawPointer) throws(ListenerError) {
        unsafe configuration = .allocate(capacity: 1)
        unsafe configuration.initialize(
            to: DaemonCallbacks.configuration(listenSocket: listenSocket, limits: limits, context: context))
        guard let started = unsafe cmh_start(configuration) else {
            unsafe configuration.deallocate()
            close(listenSocket)
            throw ListenerError(description: "libmicrohttpd refused to start; its log says why")
        }
        unsafe daemon = started
        self.listenSocket = listenSocket
    }

    /// Whether the library refuses by itself, and in its own words, some of what `RequestHeadCheck` refuses.
    static var libraryIsStrict: Bool { cmh_is_strict() != 0 }

    /// Readable when `run` has something to do.
    var epollDescriptor: Int32 { unsafe cmh_epoll_descriptor(daemon) }

    /// Does what can be done without waiting, calling the callbacks.
    func run() { unsafe MHD_run(daemon) }

    /// When `run` must be called even if nothing becomes readable: at once (zero), later, or never (nil).
    var timeToNextRun: Duration? {
        let milliseconds = unsafe cmh_timeout_milliseconds(daemon)
        return milliseconds < 0 ? nil : .milliseconds(milliseconds)
    }

    /// After a storm: what closed connections had lies in the C heap, which keeps it (10,000 of them: 250 MB).
    func giveBackMemory() { cmh_give_back_memory() }

    /// No new connection from now on.
    func quiesce() {
        guard let listenSocket else { return }
        unsafe MHD_quiesce_daemon(daemon)
        close(listenSocket)
        self.listenSocket = nil
    }

    /// Closes every connection. None may be suspended: the library panics at that.
    func stop() {
        quiesce()
        unsafe MHD_stop_daemon(daemon)
        unsafe configuration.deallocate()
    }
}

/// A connection as long as the library keeps it, which its owner must know. Belongs to the loop's thread.
@safe struct Connection {
    private let connection: OpaquePointer

    init(_ connection: OpaquePointer) { unsafe self.connection = connection }

    /// Lets the connection wait for `resume`. Only in the access callback.
    func suspend() { unsafe MHD_suspend_connection(connection) }

    /// The library will call the access callback again, at its next run.
    func resume() { unsafe MHD_resume_connection(connection) }

    var requestHeaders: RequestHeaders {
        var headers = RequestHeaders()
        unsafe withUnsafeMutablePointer(to: &headers) { pointer in
            _ = unsafe MHD_get_connection_values_n(
                connection, .HEADER_KIND, DaemonCallbacks.eachHeader, UnsafeMutableRawPointer(pointer))
        }
        return headers
    }

    var descriptor: Int32 { unsafe cmh_connection_descriptor(connection) }

    /// How much the kernel holds for a reader that does not read.
    func boundSendBuffer(bytes: Int) {
        var size = Int32(clamping: bytes)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Ends the connection from outside the library, which notices at its next run and cleans up.
    func cutOff() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The status of the queued answer, also of one the library made by itself.
    var queuedStatus: Int? {
        let status = unsafe cmh_status(connection)
        return status == 0 ? nil : Int(status)
    }

    /// What the owner attached when the connection was opened.
    var attachment: UnsafeMutableRawPointer? { unsafe cmh_socket_context(connection) }

    var remoteAddress: String {
        guard let address = unsafe cmh_client_address(connection) else { return "" }
        let family = unsafe Int32(address.pointee.sa_family)
        let length = family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
            let result = unsafe getnameinfo(
                address, socklen_t(length), text.baseAddress, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST)
            return result == 0 ? unsafe text.baseAddress.map { unsafe String(cString: $0) } ?? "" : ""
        }
    }

    // MARK: - Answering (only in the access callback)

    /// False where the library refused the answer: a header with a line break, a status that is none, no memory.
    func answer(_ response: Response, closing: Bool) -> Bool {
        guard let made = unsafe Self.make(response.body) else { return false }
        return unsafe queue(made, response, closing: closing)
    }

    /// As above, for a stream of events.
    func answer(_ response: Response, from stream: LiveStream, of listener: Listener, closing: Bool) -> Bool {
        let source = unsafe Unmanaged.passRetained(DaemonCallbacks.Source(listener: listener, stream: stream))
        guard
            let made = unsafe cmh_response_from_callback(
                Self.streamBlockBytes, DaemonCallbacks.onFill, source.toOpaque(), DaemonCallbacks.onFilled)
        else {
            unsafe source.release()
            return false
        }
        return unsafe queue(made, response, closing: closing)
    }

    /// What the library copies at a time to a reader that speaks HTTP/1.0; others are served from the connection's
    /// own memory.
    private static let streamBlockBytes = 1_024

    private func queue(_ made: OpaquePointer, _ response: Response, closing: Bool) -> Bool {
        defer { unsafe MHD_destroy_response(made) }
        for (name, value) in response.headers.fields {
            // Lent: handed over as they are, each would be copied to the heap first.
            let added = unsafe name.withCString { name in
                unsafe value.withCString { unsafe MHD_add_response_header(made, name, $0) }
            }
            guard added == .YES else { return false }
        }
        if closing { unsafe MHD_add_response_header(made, "Connection", "close") }
        return unsafe MHD_queue_response(connection, UInt32(clamping: response.status), made) == .YES
    }

    private static func make(_ body: Response.Body) -> OpaquePointer? {
        switch body {
        case .none: return unsafe cmh_response_from_bytes(nil, 0)
        case .bytes(let bytes):
            return unsafe bytes.withUnsafeBytes { unsafe cmh_response_from_bytes($0.baseAddress, $0.count) }
        case .file(let slice):
            // The library closes the descriptor with the response.
            guard let descriptor = slice.file.take() else { return nil }
            let made = unsafe MHD_create_response_from_fd_at_offset64(
                UInt64(slice.count), descriptor, UInt64(slice.offset))
            if unsafe made == nil { close(descriptor) }
            return unsafe made
        case .events: return unsafe cmh_response_from_bytes(nil, 0)  // the answer to HEAD
        }
    }

    /// Sends an answer past the library, which takes none while a body arrives. The connection must be closed after.
    func sendFarewell(_ bytes: [UInt8]) {
        let descriptor = descriptor
        // What the socket does not take at once is lost; the connection ends either way.
        _ = unsafe bytes.withUnsafeBytes {
            unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
    }
}
