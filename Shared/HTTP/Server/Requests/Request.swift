/// One request, whole: its body has been read and found within the limit.
public struct Request: Sendable {
    public let method: Method
    public let body: [UInt8]
    /// Shared by every copy that middleware makes.
    let head: RequestHead
    /// What the route's pattern binds, such as `id` of `/v1/films/{id}`.
    public let pathParameters: PathParameters
    private var storage: [ObjectIdentifier: any Sendable] = [:]

    init(head: RequestHead, pathParameters: PathParameters, body: [UInt8]) {
        method = head.method
        self.head = head
        self.pathParameters = pathParameters
        self.body = body
    }

    /// As sent, escapes and all, without the query.
    public var path: String { head.target.path }
    public var query: Query { head.query }
    public var headers: RequestHeaders { head.headers }
    /// The address of the other end of the connection: the client's or its proxy's.
    public var remoteAddress: String { head.remoteAddress }
    /// The pattern that matched, for logs and metrics: `/v1/films/{id}`. Nil before routing and where none matched.
    public var route: String? { pathParameters.pattern }

    /// Storage for what middleware finds out, such as the principal. See `RequestKey`.
    public subscript<Key: RequestKey>(_ key: Key.Type) -> Key.Value? {
        get { storage[ObjectIdentifier(key)] as? Key.Value }
        set { storage[ObjectIdentifier(key)] = newValue }
    }
}

/// Names a value in a request's storage: `enum PrincipalKey: RequestKey { typealias Value = Principal }`.
public protocol RequestKey {
    associatedtype Value: Sendable
}

/// The part of a request that is known when its head has been read.
final class RequestHead: Sendable {
    let method: Method
    let target: RequestTarget
    let query: Query
    let headers: RequestHeaders
    let remoteAddress: String

    init(method: Method, target: RequestTarget, query: Query, headers: RequestHeaders, remoteAddress: String) {
        self.method = method
        self.target = target
        self.query = query
        self.headers = headers
        self.remoteAddress = remoteAddress
    }
}

/// The values a pattern's braces stand for, decoded.
public struct PathParameters: Sendable {
    let pattern: String?
    private let names: [String]
    private let values: [String]

    init(pattern: String? = nil, names: [String] = [], values: [String] = []) {
        self.pattern = pattern
        self.names = names
        self.values = values
    }

    public subscript(name: String) -> String? {
        names.firstIndex(of: name).map { values[$0] }
    }
}

// MARK: - Typed parameters

extension Request {
    /// A path parameter, read by `parse`: `try request.parameter("id", FilmID.init)`.
    /// Throws a 400 that names the parameter.
    public func parameter<Value>(_ name: String, _ parse: (String) -> Value?) throws(Problem) -> Value {
        guard let text = pathParameters[name] else {
            preconditionFailure("the route \(route ?? "?") has no parameter \(name)")
        }
        guard let value = parse(text) else {
            throw .invalidParameter(name, detail: "The path parameter \(name) cannot be read.")
        }
        return value
    }

    /// A query parameter, nil where it is not given. Throws a 400 that names it if it cannot be read or is repeated.
    public func query<Value>(_ name: String, _ parse: (String) -> Value?) throws(Problem) -> Value? {
        let given = query.all(name)
        guard let text = given.first else { return nil }
        guard given.count == 1 else {
            throw .invalidParameter(name, detail: "The query parameter \(name) is given more than once.")
        }
        guard let value = parse(text) else {
            throw .invalidParameter(name, detail: "The query parameter \(name) cannot be read.")
        }
        return value
    }
}

// MARK: - Requests without a socket

extension Request {
    /// A request as it would arrive, for tests of a router or a handler.
    public init(
        _ method: Method, _ target: String, headers: RequestHeaders = RequestHeaders([:]), body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) throws(Problem) {
        let head = try RequestHead(
            method: method, rawTarget: target, headers: headers, remoteAddress: remoteAddress)
        self.init(head: head, pathParameters: PathParameters(), body: body)
    }

    func routed(_ parameters: PathParameters) -> Request {
        var request = Request(head: head, pathParameters: parameters, body: body)
        request.storage = storage
        return request
    }
}

extension RequestHead {
    convenience init(
        method: Method, rawTarget: String, headers: RequestHeaders, remoteAddress: String
    ) throws(Problem) {
        guard rawTarget != "*" || method == .options else {
            throw .malformedRequest("Only OPTIONS has the target *.")
        }
        do {
            let target = try RequestTarget(rawTarget)
            let query = if let raw = target.query { try Query(raw) } else { Query() }
            self.init(method: method, target: target, query: query, headers: headers, remoteAddress: remoteAddress)
        } catch {
            throw .malformedRequest(error.reason)
        }
    }
}
