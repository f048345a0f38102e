/// One TCP connection. Belongs to the loop's thread.
///
/// `@unchecked Sendable`: only callbacks of the daemon and the listener itself touch it, all on the loop's thread.
final class Peer: @unchecked Sendable {
    let connection: Connection
    let remoteAddress: String
    /// The request under way; nil between requests.
    var exchange: Exchange?
    var stage = Stage.idle
    /// In ticks of the listener's deadlines.
    var stageBegan: Int = 0

    /// What the connection is waiting for; each has its own deadline.
    enum Stage {
        /// The line of a request: its first, or the next.
        case idle
        case head, body, handler, write
        /// Events, as long as they come and are read.
        case stream
    }

    init(_ connection: Connection) {
        self.connection = connection
        remoteAddress = connection.remoteAddress
    }
}

/// One request and its answer. Belongs to the loop's thread.
///
/// `@unchecked Sendable`: as `Peer`.
final class Exchange: @unchecked Sendable {
    let peer: Peer
    let rawTarget: String
    var phase = Phase.head
    /// False once the library has forgotten the request: its connection must not be touched any more.
    var isAlive = true
    var isSuspended = false

    // Known when the head has been read.
    var method = ""
    var head: RequestHead?
    var match = RouteTable.Match.notFound
    /// Whether the head is whole and a drain waits for the answer.
    var isOpen = false
    var closesConnection = false
    var began: ContinuousClock.Instant?
    /// Only for streams: how long it took to begin.
    var durationToBegin: Duration?

    var body: [UInt8] = []
    var discardedBytes = 0
    var handler: Task<Void, Never>?
    var stream: LiveStream?

    // For the access record.
    var status: Int?
    var bytesAnnounced: Int64 = 0

    enum Phase {
        /// The head is not whole yet.
        case head
        /// The body is being collected for the handler.
        case body
        /// The answer is known before the body is read; the rest of the body is thrown away.
        case refused(Response)
        /// The handler is at work.
        case handler
        /// The handler has answered.
        case ready(Response)
        /// The answer is the library's to send.
        case answered
    }

    init(peer: Peer, rawTarget: String) {
        self.peer = peer
        self.rawTarget = rawTarget
    }

    var connection: Connection { peer.connection }

    /// As the handler had it, without its body.
    var request: Request? { head.map { Request(head: $0, pathParameters: match.parameters, body: []) } }
}
