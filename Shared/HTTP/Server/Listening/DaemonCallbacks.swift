internal import CMicroHTTP

/// What libmicrohttpd calls. Formed outside any isolation, as C functions are; the library calls them from within
/// `run` and `stop` only, thus on the loop's thread, which `assumeIsolated` checks.
///
/// The context is the listener. A connection's attachment is its `Peer`, a request's its `Exchange`; both are
/// retained by the library's pointer from the first callback that names them to the last.
enum DaemonCallbacks {
    static func configuration(
        listenSocket: Int32, limits: ListenerLimits, context: UnsafeMutableRawPointer
    ) -> cmh_configuration {
        unsafe cmh_configuration(
            context: context, access: onAccess, target: onTarget, completed: onCompleted, connection: onConnection,
            log: onLog, listenSocket: listenSocket, connectionsMax: UInt32(clamping: limits.connectionsMax),
            connectionsPerAddressMax: UInt32(clamping: limits.connectionsPerAddressMax),
            inactivitySecondsMax: UInt32(clamping: limits.silenceDurationMax.roundedUpSeconds),
            connectionMemoryBytesMax: limits.connectionMemoryBytesMax)
    }

    private static func listener(_ context: UnsafeMutableRawPointer?) -> Listener? {
        unsafe context.map { unsafe Unmanaged<Listener>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let onConnection: MHD_NotifyConnectionCallback = { context, connection, attachment, event in
        guard let listener = unsafe listener(context), let connection = unsafe connection,
            let attachment = unsafe attachment
        else { return }
        if event == .CONNECTION_NOTIFY_STARTED {
            let peer = unsafe Peer(Connection(connection))
            unsafe attachment.pointee = Unmanaged.passRetained(peer).toOpaque()
            listener.assumeIsolated { $0.opened(peer) }
        } else if let attached = unsafe attachment.pointee {
            let peer = unsafe Unmanaged<Peer>.fromOpaque(attached).takeRetainedValue()
            unsafe attachment.pointee = nil
            listener.assumeIsolated { $0.closed(peer) }
        }
    }

    private static let onTarget:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            context, target, connection in
            guard let listener = unsafe listener(context), let target = unsafe target,
                let connection = unsafe connection,
                let attached = unsafe Connection(connection).attachment
            else { return nil }
            let peer = unsafe Unmanaged<Peer>.fromOpaque(attached).takeUnretainedValue()
            let exchange = unsafe Exchange(peer: peer, rawTarget: String(cString: target))
            listener.assumeIsolated { $0.requestLineArrived(exchange) }
            return unsafe Unmanaged.passRetained(exchange).toOpaque()
        }

    private static let onAccess: MHD_AccessHandlerCallback = {
        context, _, _, method, version, data, size, attached in
        guard let listener = unsafe listener(context), let method = unsafe method, let version = unsafe version,
            let size = unsafe size, let attached = unsafe attached?.pointee
        else { return .NO }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(attached).takeUnretainedValue()
        let goesOn: Bool
        if case .head = exchange.phase {
            let (method, version) = unsafe (String(cString: method), String(cString: version))
            goesOn = listener.assumeIsolated { $0.headArrived(exchange, method: method, version: version) }
        } else if unsafe size.pointee > 0 {
            // The same thread all the way down; the bytes are the library's again when we return.
            nonisolated(unsafe) let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size.pointee)
            goesOn = listener.assumeIsolated { unsafe $0.bodyArrived(exchange, bytes) }
        } else {
            goesOn = listener.assumeIsolated { $0.requestIsWhole(exchange) }
        }
        unsafe size.pointee = 0
        return goesOn ? .YES : .NO
    }

    private static let onCompleted: MHD_RequestCompletedCallback = { context, _, attached, reason in
        guard let listener = unsafe listener(context), let attachment = unsafe attached?.pointee else { return }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(attachment).takeRetainedValue()
        unsafe attached?.pointee = nil
        listener.assumeIsolated { $0.completed(exchange, whole: reason == .REQUEST_TERMINATED_COMPLETED_OK) }
    }

    /// The context of a stream of events: who fills the library's buffer, and from what.
    final class Source {
        let listener: Listener
        let stream: LiveStream

        init(listener: Listener, stream: LiveStream) {
            self.listener = listener
            self.stream = stream
        }
    }

    static let onFill: MHD_ContentReaderCallback = { context, _, space, size in
        guard let context = unsafe context else { return Int(CMH_END_WITH_ERROR) }
        let source = unsafe Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
        let stream = source.stream
        nonisolated(unsafe) let buffer = unsafe UnsafeMutableRawBufferPointer(start: space, count: size)
        switch source.listener.assumeIsolated({ unsafe $0.fill(buffer, from: stream) }) {
        case .bytes(let count): return count
        case .nothingYet: return 0
        case .end: return Int(CMH_END_OF_STREAM)
        }
    }

    static let onFilled: MHD_ContentReaderFreeCallback = { context in
        if let context = unsafe context { unsafe Unmanaged<Source>.fromOpaque(context).release() }
    }

    private static let onLog: cmh_log_callback = { context, line in
        guard let listener = unsafe listener(context), let line = unsafe line else { return }
        listener.configuration.events.onLibraryLog?(unsafe String(cString: line))
    }

    /// Appends one header to the `RequestHeaders` that the context points to.
    static let eachHeader: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
        guard let headers = unsafe context?.assumingMemoryBound(to: RequestHeaders.self) else { return .NO }
        unsafe headers.pointee.append(
            name: UnsafeRawBufferPointer(start: name, count: nameSize),
            value: UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize))
        return .YES
    }
}

extension Duration {
    var roundedUpSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
