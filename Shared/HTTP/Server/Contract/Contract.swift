/// A declared route.
public struct RoutedOperation: Sendable {
    public let method: Method
    /// `/v1/films/{id}`
    public let pattern: String
    public let operation: Operation
}

/// All that a router's clients may rely on.
public struct Contract: Sendable {
    /// In the order of registration.
    public let operations: [RoutedOperation]
    /// What has a handler and no declaration: `GET /v1/films/{id}`.
    public let undeclared: [String]
    private let table: RouteTable

    public init(_ router: Router) {
        table = router.compiled()
        var operations: [RoutedOperation] = []
        var undeclared: [String] = []
        for (method, pattern, _, operation) in router.routes {
            if let operation {
                operations.append(RoutedOperation(method: method, pattern: pattern.text, operation: operation))
            } else {
                undeclared.append("\(method.rawValue) \(pattern.text)")
            }
        }
        self.operations = operations
        self.undeclared = undeclared
    }

    /// Which operation a listener would have answer this, and what its path stands for; nil where none is declared.
    /// For tests.
    public func operation(
        _ method: String, _ target: String
    ) -> (operation: RoutedOperation, path: PathParameters)? {
        guard let method = Method(rawValue: method), let target = try? RequestTarget(target),
            case .route(let route, let path) = table.match(method, target)
        else { return nil }
        let found = operations.first { operation in
            operation.pattern == route.pattern
                && (operation.method == method || (method == .head && operation.method == .get))
        }
        return found.map { ($0, path) }
    }
}
