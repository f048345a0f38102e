internal import CCurl

/// One request on its way: libcurl's easy handle and what has come back so far. Belongs to the loop's thread.
@safe final class Transfer {
    let number: UInt64
    let request: ClientRequest
    let easy: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private(set) var isReady = true

    private let bodyBytesMax: Int
    private let headBytesMax: Int
    private var headBytes = 0
    private var headers = ClientHeaders()
    private var body: [UInt8] = []
    /// Set when we ourselves broke the transfer off.
    private var excess: ClientError.Kind?

    init(_ number: UInt64, _ request: ClientRequest, _ configuration: ClientConfiguration) {
        self.number = number
        self.request = request
        bodyBytesMax = request.bodyBytesMax ?? configuration.bodyBytesMax
        headBytesMax = configuration.headBytesMax
        unsafe easy = curl_easy_init()
        set(configuration)
        setMethodAndBody()
        setHeaders()
        setCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headerList)
    }

    /// The number of the transfer that a handle belongs to.
    static func number(of easy: UnsafeMutableRawPointer) -> UInt64 {
        var context: UnsafeMutableRawPointer?
        unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context)
        return unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue().number } ?? 0
    }

    // MARK: - Setting up

    private func set(_ option: CURLoption, _ value: Int) { note(unsafe ccurl_set_long(easy, option, value)) }
    private func set(_ option: CURLoption, _ value: String) { note(unsafe ccurl_set_string(easy, option, value)) }
    private func note(_ code: CURLcode) { if code != CURLE_OK { isReady = false } }

    private func set(_ configuration: ClientConfiguration) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_USERAGENT, configuration.userAgent)
        set(CURLOPT_PROXY, configuration.proxy ?? "")
        set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectDurationMax.wholeMilliseconds)
        set(CURLOPT_TIMEOUT_MS, (request.durationMax ?? configuration.durationMax).wholeMilliseconds)
        if let file = configuration.authoritiesFile { set(CURLOPT_CAINFO, file) }
    }

    private func setMethodAndBody() {
        switch (request.method, request.body) {
        case ("GET", nil): set(CURLOPT_HTTPGET, 1)
        case ("HEAD", nil): set(CURLOPT_NOBODY, 1)
        case (_, let body):
            if body != nil || ["POST", "PUT", "PATCH"].contains(request.method) {
                note(unsafe (body ?? []).withUnsafeBytes { unsafe ccurl_copy_body(easy, $0.baseAddress, $0.count) })
            }
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private func setHeaders() {
        // No wait for "100 Continue", and no media type that nobody asked for.
        var lines = ["Expect:"]
        let hasMediaType = request.headers.contains { $0.name.lowercased() == "content-type" }
        if !hasMediaType { lines.append("Content-Type:") }
        // A header without a value is written with a semicolon; with a colon libcurl would leave it out.
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let longer = unsafe curl_slist_append(headerList, line) else {
                isReady = false
                return
            }
            unsafe headerList = longer
        }
        note(unsafe ccurl_set_list(easy, CURLOPT_HTTPHEADER, headerList))
    }

    private func setCallbacks() {
        // The client keeps the transfer as long as libcurl has its handle.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        note(unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, context))
        note(unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        note(unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context))
        note(unsafe ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION, TransferCallbacks.onBody))
        note(unsafe ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION, TransferCallbacks.onHeader))
    }

    // MARK: - What comes back

    /// False breaks the transfer off.
    func bodyArrived(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= bodyBytesMax - body.count else {
            excess = .bodyTooLarge
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    func headerArrived(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= headBytesMax else {
            excess = .headTooLarge
            return false
        }
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        // A status line begins a head; the one before was an interim answer's.
        if line.hasPrefix("HTTP/") { headers.fields = [] }
        guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("HTTP/") else { return true }
        headers.fields.append((String(line[..<colon]), line[line.index(after: colon)...].trimmed))
        return true
    }

    func outcome(_ code: CURLcode) -> Result<ClientResponse, ClientError> {
        if let excess {
            let limit = excess == .bodyTooLarge ? bodyBytesMax : headBytesMax
            let what = excess == .bodyTooLarge ? "body" : "head"
            return .failure(ClientError(excess, request, "the answer's \(what) has more than \(limit) bytes"))
        }
        guard code == CURLE_OK else {
            return .failure(ClientError(Self.kind(of: code), request, unsafe String(cString: curl_easy_strerror(code))))
        }
        var status = 0
        unsafe ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return .success(ClientResponse(status: status, headers: headers, body: body))
    }

    private static func kind(of code: CURLcode) -> ClientError.Kind {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_LOGIN_DENIED: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
        case CURLE_COULDNT_CONNECT: .notConnected
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            .tls
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR: .brokenOff
        default: .other
        }
    }
}

/// What libcurl calls for one transfer. Formed outside any isolation; anything but `size * count` breaks it off.
private enum TransferCallbacks {
    static let onBody: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = unsafe transfer(context) else { return 0 }
        let block = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        return unsafe transfer.bodyArrived(block) ? block.count : -1
    }

    static let onHeader: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = unsafe transfer(context) else { return 0 }
        let block = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        return unsafe transfer.headerArrived(block) ? block.count : -1
    }

    private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension Duration {
    /// At least one: zero would mean "no limit" to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        // A limit of more than a day is none that anyone waits for.
        return max(1, Int(min(seconds, 86_400)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
