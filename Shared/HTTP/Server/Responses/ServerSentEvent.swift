/// One event of a stream as `EventSource` reads it (WHATWG HTML §9.2).
public struct ServerSentEvent: Sendable, Equatable {
    /// What the listener is called for; nil is `message`.
    public var name: String?
    /// What a reader that comes again sends as `Last-Event-ID`. Without one the last that was given stays.
    public var id: String?
    /// Any text: each of its lines goes out as a `data` line of its own.
    public var data: String
    /// How long a reader waits before it comes again, from now on. Sent in whole milliseconds.
    public var reconnectsAfter: Duration?

    public init(_ data: String, name: String? = nil, id: String? = nil, reconnectsAfter: Duration? = nil) {
        self.data = data
        self.name = name
        self.id = id
        self.reconnectsAfter = reconnectsAfter
    }

    /// A comment line: what keeps proxies from taking a quiet stream for a dead one (§9.2.7).
    static let heartbeat = Array(":\n\n".utf8)

    /// As it goes out; nil where name or id has a line break, which would begin another field, or the id a NUL, for
    /// which readers ignore it (§9.2.6).
    var encoded: [UInt8]? {
        guard Self.isOneLine(name), Self.isOneLine(id) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.utf8.count + 32)
        if let reconnectsAfter {
            let (seconds, attoseconds) = reconnectsAfter.components
            let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
            let whole = overflow ? Int64.max / 2 : milliseconds + attoseconds / 1_000_000_000_000_000
            Self.append("retry", "\(max(0, whole))".utf8, to: &bytes)
        }
        if let id { Self.append("id", id.utf8, to: &bytes) }
        if let name { Self.append("event", name.utf8, to: &bytes) }
        var rest = data.utf8[...]
        while let end = rest.firstIndex(where: Self.endsLine) {
            Self.append("data", rest[..<end], to: &bytes)
            let isPair = rest[end] == UInt8(ascii: "\r") && rest[end...].dropFirst().first == UInt8(ascii: "\n")
            rest = rest[end...].dropFirst(isPair ? 2 : 1)
        }
        Self.append("data", rest, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private static func append(_ field: String, _ value: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: field.utf8)
        // Readers take away one space: without it they would take away one of the value's.
        bytes.append(contentsOf: ": ".utf8)
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private static func isOneLine(_ text: String?) -> Bool {
        text?.utf8.allSatisfy { !endsLine($0) && $0 != 0 } ?? true
    }
}
