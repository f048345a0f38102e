/// What a handler answers with. `Date`, `Content-Length` and `Connection` are the server's own business.
public struct Response: Sendable {
    public var status: Int
    public var headers: ResponseHeaders
    public var body: Body

    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Sent by the kernel from the page cache, without a copy through this process.
        case file(FileSlice)
        /// Goes on until its producer is done or its reader has left.
        case events(EventStream)

        /// In bytes; nothing for what is not known before.
        public var count: Int64 {
            switch self {
            case .none: 0
            case .bytes(let bytes): Int64(bytes.count)
            case .file(let slice): slice.count
            case .events: 0
            }
        }
    }

    public init(status: Int = 200, headers: ResponseHeaders = [:], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Bytes that are JSON already.
    public static func json(_ bytes: [UInt8], status: Int = 200, headers: ResponseHeaders = [:]) -> Response {
        content(bytes, "application/json", status, headers)
    }

    public static func text(_ text: String, status: Int = 200, headers: ResponseHeaders = [:]) -> Response {
        content(Array(text.utf8), "text/plain; charset=utf-8", status, headers)
    }

    /// 204.
    public static let noContent = Response(status: 204)

    /// The problem's own status and headers, as `application/problem+json`.
    public init(_ problem: Problem) {
        self = Self.content(problem.json, Problem.mediaType, problem.status, problem.headers)
    }

    private static func content(
        _ bytes: [UInt8], _ mediaType: String, _ status: Int, _ headers: ResponseHeaders
    ) -> Response {
        var headers = headers
        headers["Content-Type"] = mediaType
        return Response(status: status, headers: headers, body: .bytes(bytes))
    }
}

/// Header fields of a response, in order; names are compared without regard to case.
public struct ResponseHeaders: Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [(name: String, value: String)]

    public init(dictionaryLiteral fields: (String, String)...) {
        self.fields = fields.map { (name: $0.0, value: $0.1) }
    }

    /// Setting replaces every field of that name; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// One more field of that name, for those that may repeat.
    public mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

    private static func same(_ left: String, _ right: String) -> Bool {
        ASCII.equalIgnoringCase(left.utf8, right.utf8)
    }
}
