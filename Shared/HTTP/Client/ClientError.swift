/// Why a request has no answer. It names the server, never path, query, header or body.
public struct ClientError: Error, Sendable, CustomStringConvertible {
    enum Kind: Sendable, Equatable {
        case invalidRequest, nameNotResolved, notConnected, timedOut, tls, bodyTooLarge, headTooLarge, brokenOff
        case overloaded, cancelled, closed, other
    }

    let kind: Kind
    /// A sentence without a full stop: `GET https://payments.example: could not connect (Connection refused)`.
    public let description: String

    init(_ kind: Kind, _ request: ClientRequest, _ text: String) {
        self.kind = kind
        description = "\(request.method) \(request.origin): \(text)"
    }

    /// Nothing was sent: the request itself is at fault.
    public var isInvalidRequest: Bool { kind == .invalidRequest }
    /// Nothing was sent: there is no such host, or it accepts no connection.
    public var isNotConnected: Bool { kind == .notConnected || kind == .nameNotResolved }
    /// It took longer than allowed; the server may have acted.
    public var isTimeout: Bool { kind == .timedOut }
    /// The certificate or the handshake failed.
    public var isTLS: Bool { kind == .tls }
    /// The answer was larger than allowed; the server has acted.
    public var isTooLarge: Bool { kind == .bodyTooLarge || kind == .headTooLarge }
    /// The connection ended before the answer did; the server may have acted.
    public var isBrokenOff: Bool { kind == .brokenOff }
    /// Nothing was sent: too many requests are under way already.
    public var isOverloaded: Bool { kind == .overloaded }
    /// The calling task was cancelled, or the client closed; the server may have acted.
    public var isCancelled: Bool { kind == .cancelled || kind == .closed }
}
