internal import CCurl
internal import Reactor

/// libcurl's multi handle: several transfers on one thread. Every call to it is in this file. Belongs to the loop's
/// thread.
@safe final class Multi {
    private let multi: UnsafeMutableRawPointer

    /// libcurl's own globals, once a process, whichever thread comes first.
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// `context` is the `Client`, and must outlive this. Nil where libcurl has no memory or no TLS.
    init?(_ configuration: ClientConfiguration, context: UnsafeMutableRawPointer) {
        guard Self.isInitialised, let made = unsafe curl_multi_init() else { return nil }
        unsafe multi = made
        unsafe ccurl_multi_callbacks(multi, MultiCallbacks.onSocket, MultiCallbacks.onTimer, context)
        unsafe ccurl_multi_set_long(
            multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.connectionsPerHostMax)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.requestsInFlightMax)
    }

    func add(_ transfer: Transfer) -> Bool { unsafe curl_multi_add_handle(multi, transfer.easy) == CURLM_OK }

    func remove(_ transfer: Transfer) { unsafe curl_multi_remove_handle(multi, transfer.easy) }

    func act(on socket: Int32, _ readiness: Readiness) {
        var events: Int32 = 0
        if readiness.contains(.read) { events |= CURL_CSELECT_IN }
        if readiness.contains(.write) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.hangup) { events |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, socket, events, &running)
    }

    func actOnTimeout() {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    /// The number of a transfer that has ended, and how.
    func nextFinished() -> (number: UInt64, code: CURLcode)? {
        var code = CURLE_OK
        guard let easy = unsafe ccurl_next_finished(multi, &code) else { return nil }
        return (unsafe Transfer.number(of: easy), code)
    }

    /// Closes the connections. No transfer may be left and no socket be watched any more.
    func close() {
        unsafe ccurl_multi_callbacks(multi, nil, nil, nil)
        unsafe curl_multi_cleanup(multi)
    }
}

/// What libcurl calls, from within the calls above and so on the loop's thread. Formed outside any isolation.
private enum MultiCallbacks {
    static let onSocket: ccurl_socket_callback = { _, socket, what, context, _ in
        guard let client = unsafe client(context) else { return 0 }
        let interest: Interest =
            switch what {
            case CURL_POLL_IN: .read
            case CURL_POLL_OUT: .write
            case CURL_POLL_INOUT: [.read, .write]
            default: []
            }
        client.assumeIsolated { $0.watch(socket, for: interest) }
        return 0
    }

    static let onTimer: ccurl_timer_callback = { _, milliseconds, context in
        guard let client = unsafe client(context) else { return 0 }
        client.assumeIsolated { $0.callBack(after: milliseconds < 0 ? nil : .milliseconds(milliseconds)) }
        return 0
    }

    private static func client(_ context: UnsafeMutableRawPointer?) -> Client? {
        unsafe context.map { unsafe Unmanaged<Client>.fromOpaque($0).takeUnretainedValue() }
    }
}
