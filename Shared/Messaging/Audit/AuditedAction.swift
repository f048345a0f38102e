public import HTTPServer
public import Postgres
public import ServiceShell

/// Stands before the handler of an operator's action: lets operators in and nobody else, and keeps every refusal, its
/// own and the handler's, in the audit log. A refusal that cannot be kept is answered by 503.
///
///     router.group("", [AuditedAction("institution.verify", on: "id", authenticator, pool)]) { … }
///
/// What is granted the handler writes down itself, by `OperatorCall.granted`, in the transaction that does it. A caller
/// without a valid token is nobody that could be named, and what failed by a fault of ours was not refused: neither
/// leaves a line. Reading is no action.
public struct AuditedAction: Middleware {
    private let action: String
    private let parameter: String?
    private let authenticator: Authenticator
    private let pool: PostgresPool

    /// - Parameter parameter: the part of the path that names what the action is on.
    public init(
        _ action: String, on parameter: String? = nil, _ authenticator: Authenticator, _ pool: PostgresPool
    ) {
        self.action = action
        self.parameter = parameter
        self.authenticator = authenticator
        self.pool = pool
    }

    public func handle(_ request: Request, next: Handler) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let call = OperatorCall(
            caller: caller, action: action, subject: parameter.flatMap { request.pathParameters[$0] },
            requestID: request.identity.id)
        do {
            guard caller.roles.contains(.operator) else { throw Problem.missingRole(oneOf: [.operator]) }
            return try await next(request.with(call))
        } catch let problem as Problem {
            if (400..<500).contains(problem.status) {
                _ = try await Problem.forDatabase { try await pool.query(call.refused(problem)) }
            }
            throw problem
        }
    }
}
