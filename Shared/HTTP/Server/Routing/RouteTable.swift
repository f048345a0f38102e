/// The routes as a tree of segments, ready to be asked.
struct RouteTable: Sendable {
    private var nodes: [Node] = [Node()]
    private let middleware: [any Middleware]
    private let refusals: Refusals

    private struct Node: Sendable {
        var text: [String: Int] = [:]
        var parameter: Int?
        var rest: Int?
        var routes: [Method: Route] = [:]
    }

    /// What the middleware stands around where no handler is.
    private struct Refusals: Sendable {
        let notFound: Handler
        let notAllowed: @Sendable (String) -> Handler
    }

    enum Match: Sendable {
        case route(Route, PathParameters)
        case methodNotAllowed(allow: String)
        case notFound

        var parameters: PathParameters {
            if case .route(_, let parameters) = self { parameters } else { PathParameters() }
        }

        var options: RouteOptions {
            if case .route(let route, _) = self { route.options } else { .standard }
        }
    }

    init(middleware: [any Middleware]) {
        self.middleware = middleware
        refusals = Refusals(
            notFound: middleware.around { _ in throw Problem.notFound("There is nothing at this path.") },
            notAllowed: { allow in middleware.around { _ in throw Problem.methodNotAllowed(allow: allow) } })
    }

    mutating func add(_ method: Method, _ pattern: RoutePattern, _ route: Route) {
        var node = 0
        for segment in pattern.segments { node = child(of: node, for: segment) }
        precondition(nodes[node].routes[method] == nil, "two handlers for \(method.rawValue) \(pattern.text)")
        nodes[node].routes[method] = Route(
            pattern: route.pattern, parameterNames: route.parameterNames, options: route.options,
            handler: middleware.around(route.handler))
    }

    private mutating func child(of node: Int, for segment: RoutePattern.Segment) -> Int {
        let existing: Int? =
            switch segment {
            case .text(let text): nodes[node].text[text]
            case .parameter: nodes[node].parameter
            case .rest: nodes[node].rest
            }
        if let existing { return existing }
        nodes.append(Node())
        let new = nodes.count - 1
        switch segment {
        case .text(let text): nodes[node].text[text] = new
        case .parameter: nodes[node].parameter = new
        case .rest: nodes[node].rest = new
        }
        return new
    }

    // MARK: - Asking

    func match(_ method: Method, _ target: RequestTarget) -> Match {
        var values: [String] = []
        guard let node = find(target.segments[...], from: 0, &values) else { return .notFound }
        let routes = nodes[node].routes
        if let route = routes[method] ?? (method == .head ? routes[.get] : nil) {
            let parameters = PathParameters(pattern: route.pattern, names: route.parameterNames, values: values)
            return .route(route, parameters)
        }
        return .methodNotAllowed(allow: Self.allow(routes))
    }

    /// The node whose pattern fits, trying the most exact first; `values` gets what its parameters stand for.
    private func find(_ segments: ArraySlice<String>, from node: Int, _ values: inout [String]) -> Int? {
        guard let first = segments.first else { return nodes[node].routes.isEmpty ? nil : node }
        if let next = nodes[node].text[first], let found = find(segments.dropFirst(), from: next, &values) {
            return found
        }
        if let next = nodes[node].parameter {
            values.append(first)
            if let found = find(segments.dropFirst(), from: next, &values) { return found }
            values.removeLast()
        }
        guard let rest = nodes[node].rest else { return nil }
        values.append(segments.joined(separator: "/"))
        return rest
    }

    private static func allow(_ routes: [Method: Route]) -> String {
        Method.allCases
            .filter { routes[$0] != nil || ($0 == .head && routes[.get] != nil) }
            .map(\.rawValue).joined(separator: ", ")
    }

    // MARK: - Answering

    /// Never fails: what a handler throws becomes its answer. `onError` hears what the client is not told.
    /// `request` carries the path parameters of `match`.
    func respond(
        to request: Request, by match: Match, onError: (any Error, Request) -> Void
    ) async -> Response {
        do {
            switch match {
            case .route(let route, _): return try await route.handler(request).underConditions(of: request)
            case .methodNotAllowed(let allow): return try await refusals.notAllowed(allow)(request)
            case .notFound: return try await refusals.notFound(request)
            }
        } catch let problem as Problem {
            return Response(problem)
        } catch {
            onError(error, request)
            return Response(.internalError)
        }
    }
}
