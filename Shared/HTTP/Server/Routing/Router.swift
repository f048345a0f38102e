/// Which handler answers what. Built once in the composition root, then given to a `Listener`.
///
///     var router = Router()
///     router.use(RequestLog(log))
///     router.get("/v1/films/{id}") { request in … }
///     router.post("/v1/orders", options: .json) { request in … }
///     router.get("/v1/play/{token}/{path...}") { request in … }
///
/// A pattern's segments are text, `{name}` for one segment, or at the end `{name...}` for one or more. Text goes
/// before `{name}` and `{name}` before `{name...}`; the order of registration does not matter. HEAD is answered by
/// GET's handler where it has none of its own. Two handlers for one pattern and method are a mistake of the programmer
/// and trap.
public struct Router: Sendable {
    private(set) var routes: [(method: Method, pattern: RoutePattern, route: Route, operation: Operation?)] = []
    private var middleware: [any Middleware] = []
    private var prefix = ""
    private var groupMiddleware: [any Middleware] = []

    public init() {}

    /// Puts `middleware` around every answer of this router, those of no handler (404, 405) included. The first is
    /// the outermost.
    public mutating func use(_ middleware: any Middleware) { self.middleware.append(middleware) }

    public mutating func get(_ pattern: String, options: RouteOptions = .standard, _ handler: @escaping Handler) {
        on(.get, pattern, options: options, handler)
    }

    public mutating func post(_ pattern: String, options: RouteOptions = .standard, _ handler: @escaping Handler) {
        on(.post, pattern, options: options, handler)
    }

    public mutating func put(_ pattern: String, options: RouteOptions = .standard, _ handler: @escaping Handler) {
        on(.put, pattern, options: options, handler)
    }

    public mutating func delete(_ pattern: String, options: RouteOptions = .standard, _ handler: @escaping Handler) {
        on(.delete, pattern, options: options, handler)
    }

    public mutating func on(
        _ method: Method, _ pattern: String, options: RouteOptions = .standard, _ handler: @escaping Handler
    ) {
        add(method, pattern, options, nil, handler)
    }

    // What serves clients declares what they may rely on (see `Operation`); which bodies it reads stands there too.

    public mutating func get(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        add(.get, pattern, operation.options, operation, handler)
    }

    public mutating func post(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        add(.post, pattern, operation.options, operation, handler)
    }

    public mutating func put(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        add(.put, pattern, operation.options, operation, handler)
    }

    public mutating func patch(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        add(.patch, pattern, operation.options, operation, handler)
    }

    public mutating func delete(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        add(.delete, pattern, operation.options, operation, handler)
    }

    private mutating func add(
        _ method: Method, _ pattern: String, _ options: RouteOptions, _ operation: Operation?,
        _ handler: @escaping Handler
    ) {
        let pattern = RoutePattern(prefix + pattern)
        let route = Route(
            pattern: pattern.text, parameterNames: pattern.parameterNames, options: options,
            handler: groupMiddleware.around(handler))
        routes.append((method, pattern, route, operation))
    }

    /// Registers routes below a common prefix, behind middleware that only they have:
    /// `router.group("/v1", [authentication]) { group in … }`.
    public mutating func group(
        _ prefix: String = "", _ middleware: [any Middleware] = [], _ register: (inout Router) -> Void
    ) {
        let outer = (self.prefix, groupMiddleware)
        self.prefix += prefix
        groupMiddleware += middleware
        register(&self)
        (self.prefix, groupMiddleware) = outer
    }

    /// Answers without a socket, as a listener would once the body is read. For tests.
    public func respond(to request: Request) async -> Response {
        let table = compiled()
        let match = table.match(request.method, request.head.target)
        return await table.respond(to: request.routed(match.parameters), by: match) { _, _ in }
    }

    func compiled() -> RouteTable {
        var table = RouteTable(middleware: middleware)
        for (method, pattern, route, _) in routes { table.add(method, pattern, route) }
        return table
    }
}

/// One handler with what it asks for.
struct Route: Sendable {
    let pattern: String
    let parameterNames: [String]
    let options: RouteOptions
    let handler: Handler
}

/// A pattern, taken apart.
struct RoutePattern: Sendable {
    enum Segment: Sendable, Equatable {
        case text(String)
        case parameter(String)
        case rest(String)
    }

    let text: String
    let segments: [Segment]

    init(_ text: String) {
        precondition(text.first == "/", "a route's pattern begins with a slash: \(text)")
        self.text = text
        let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        segments = text == "/" ? [] : parts.map { Self.segment(String($0)) }
        precondition(!segments.contains(.text("")), "a route's pattern has no empty segment: \(text)")
        for segment in segments.dropLast() {
            if case .rest = segment { preconditionFailure("a route's pattern ends with its rest: \(text)") }
        }
    }

    var parameterNames: [String] {
        segments.compactMap { segment in
            switch segment {
            case .text: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    private static func segment(_ part: String) -> Segment {
        guard part.hasPrefix("{"), part.hasSuffix("}") else { return .text(part) }
        let name = String(part.dropFirst().dropLast())
        return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(name)
    }
}

extension Array where Element == any Middleware {
    /// The handler with this middleware around it, the first outermost.
    func around(_ handler: @escaping Handler) -> Handler {
        reversed().reduce(handler) { inner, middleware in
            { request in try await middleware.handle(request, next: inner) }
        }
    }
}
