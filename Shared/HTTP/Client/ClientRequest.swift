/// One request to another server.
public struct ClientRequest: Sendable {
    /// Upper case: `GET`, `POST`.
    public var method: String
    /// Absolute, http or https, without user name or password.
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Nil sends none; POST, PUT and PATCH then announce a length of zero.
    public var body: [UInt8]?
    /// From here to the last byte of the answer; nil takes the client's own limit.
    public var durationMax: Duration?
    /// Of the answer's body; nil takes the client's own limit.
    public var bodyBytesMax: Int?

    public init(
        _ method: String = "GET", _ url: String, headers: KeyValuePairs<String, String> = [:], body: [UInt8]? = nil,
        durationMax: Duration? = nil, bodyBytesMax: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers.map { (name: $0.key, value: $0.value) }
        self.body = body
        self.durationMax = durationMax
        self.bodyBytesMax = bodyBytesMax
    }

    /// Scheme, host and port: all of the URL that may appear in an error. Path and query can carry secrets.
    var origin: String {
        guard let scheme = url.firstRange(of: "://") else { return "?" }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return String(url[..<scheme.upperBound] + host)
    }

    /// The first thing about the request that must not go out: a line break would begin another header or request.
    var fault: String? {
        if method.isEmpty || !method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) {
            return "the method is not in upper-case letters"
        }
        if !url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return "the URL is not plain ASCII" }
        // libcurl would guess a scheme.
        let lowercased = url.prefix(8).lowercased()
        if !lowercased.hasPrefix("http://"), lowercased != "https://" { return "the URL is not http or https" }
        for (name, value) in headers {
            let nameIsPlain = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
            if name.isEmpty || !nameIsPlain { return "a header name is not a token" }
            if value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                return "the header \(name) has a control character"
            }
        }
        return nil
    }
}

/// What the other server answered, whatever its status.
public struct ClientResponse: Sendable {
    public let status: Int
    public let headers: ClientHeaders
    public let body: [UInt8]
}

/// Header fields of an answer, in order; names are compared without regard to case.
public struct ClientHeaders: Sendable {
    public internal(set) var fields: [(name: String, value: String)]

    public init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }

    /// The first field of that name.
    public subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }
}

/// A client's limits.
public struct ClientConfiguration: Sendable {
    /// Of an answer's body.
    public var bodyBytesMax = 1024 * 1024
    /// Of an answer's head.
    public var headBytesMax = 64 * 1024
    public var connectDurationMax: Duration = .seconds(5)
    /// Of a whole request.
    public var durationMax: Duration = .seconds(30)
    /// Requests under way; a further one fails at once with `overloaded`.
    public var requestsInFlightMax = 256
    /// More wait within libcurl for a connection, on their own time.
    public var connectionsPerHostMax = 32
    /// A PEM file of authorities to trust in the place of the system's.
    public var authoritiesFile: String?
    /// Nil connects directly, whatever `http_proxy` says.
    public var proxy: String?
    public var userAgent = "FilmClub"

    public init() {}
}
