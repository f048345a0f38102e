/// What a request's head must be before anything else looks at it.
///
/// The library beneath is lenient: it lets through what two servers in a row could read as two different requests
/// (RFC 9112 §11.2). Each of these is refused and the connection closed, for nobody can say where the next
/// request begins.
///
/// Behind libmicrohttpd 0.9.75 some of it cannot be seen: a bare LF for a line's end, a folded line of other headers,
/// what follows a NUL in a value or the target, and a later line that begins with its colon (it ends the head). So the public edge is a
/// normalising proxy.
struct RequestHeadCheck {
    /// What the head announces, once it is found sound.
    struct Sound: Equatable {
        let method: Method
        let body: BodyFraming
        let expectsContinue: Bool
    }

    enum BodyFraming: Equatable {
        case none
        case length(Int64)
        case chunked
    }

    private var hosts = 0
    private var lengths: [Int64] = []
    private var codings = 0
    private var expectsContinue = false

    static func check(
        method: String, version: String, headers: RequestHeaders
    ) throws(Problem) -> Sound {
        var check = RequestHeadCheck()
        try headers.forEach { (name, value) throws(Problem) in try check.field(name, value) }
        return try check.conclude(method: method, version: version)
    }

    private mutating func field(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(Problem) {
        guard !name.isEmpty, name.allSatisfy(ASCII.token.contains) else {
            throw .malformedRequest("A header name is not a token.")
        }
        guard !value.contains(where: { ($0 < ASCII.space && $0 != ASCII.tab) || $0 == ASCII.delete }) else {
            throw .malformedRequest("A header value has a control character.")
        }
        switch name.first.map(ASCII.lowercased) {
        case UInt8(ascii: "h"): if try Self.isNamed(name, "host") { try host(value) }
        case UInt8(ascii: "c"): if try Self.isNamed(name, "content-length") { try contentLength(value) }
        case UInt8(ascii: "t"): if try Self.isNamed(name, "transfer-encoding") { try transferEncoding(value) }
        case UInt8(ascii: "e"): if ASCII.equalIgnoringCase(name, "expect".utf8) { try expect(value) }
        default: break
        }
    }

    /// A folded line lengthens the *name* before it: `Content-Length` with something behind it is not another
    /// header but this one in disguise.
    private static func isNamed(_ name: ArraySlice<UInt8>, _ framing: String) throws(Problem) -> Bool {
        let length = framing.utf8.count
        guard name.count >= length, ASCII.equalIgnoringCase(name.prefix(length), framing.utf8) else { return false }
        guard name.count == length else {
            throw .malformedRequest("A header name only begins like \(framing).")
        }
        return true
    }

    private mutating func host(_ value: ArraySlice<UInt8>) throws(Problem) {
        hosts += 1
        guard hosts == 1 else { throw .malformedRequest("There is more than one Host header.") }
        guard ASCII.isHost(value) else {
            throw .malformedRequest("The Host header is not a host.")
        }
    }

    private mutating func contentLength(_ value: ArraySlice<UInt8>) throws(Problem) {
        guard let length = ASCII.decimal(value) else {
            throw .malformedRequest("The Content-Length header is not a number.")
        }
        lengths.append(length)
        guard lengths.count == 1 else { throw .malformedRequest("There is more than one Content-Length header.") }
    }

    private mutating func transferEncoding(_ value: ArraySlice<UInt8>) throws(Problem) {
        codings += 1
        guard codings == 1 else { throw .malformedRequest("There is more than one Transfer-Encoding header.") }
        guard ASCII.equalIgnoringCase(value, "chunked".utf8) else {
            throw Problem(
                .transferEncodingNotSupported,
                detail: "The only transfer coding this server reads is chunked.")
        }
    }

    private mutating func expect(_ value: ArraySlice<UInt8>) throws(Problem) {
        guard ASCII.equalIgnoringCase(value, "100-continue".utf8) else {
            throw Problem(
                .expectationFailed, detail: "The only expectation this server meets is 100-continue.")
        }
        expectsContinue = true
    }

    private func conclude(method: String, version: String) throws(Problem) -> Sound {
        let isVersionOne = version == "HTTP/1.0"
        guard hosts == 1 || isVersionOne else { throw .malformedRequest("The Host header is missing.") }
        guard lengths.isEmpty || codings == 0 else {
            throw .malformedRequest("The body is framed by Content-Length and by Transfer-Encoding.")
        }
        guard codings == 0 || !isVersionOne else {
            throw .malformedRequest("HTTP/1.0 has no Transfer-Encoding.")
        }
        guard !method.isEmpty, method.utf8.allSatisfy(ASCII.token.contains) else {
            throw .malformedRequest("The method is not a token.")
        }
        guard let known = Method(rawValue: method) else {
            throw Problem(
                .methodNotImplemented,
                detail: "This server knows \(Method.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let body: BodyFraming = codings > 0 ? .chunked : (lengths.first ?? 0) > 0 ? .length(lengths[0]) : .none
        return Sound(method: known, body: body, expectsContinue: expectsContinue)
    }
}
