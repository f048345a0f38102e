public import HTTPServer
public import JSON
public import Postgres
public import ServiceShell

/// Who asks for an operator's action, and on what: what the audit log keeps of it.
public struct OperatorCall: Sendable {
    static let subjectScalarsMax = 200

    public let caller: Principal
    /// Such as `institution.verify`.
    public let action: String
    /// What it is on, as the request named it.
    public let subject: String?
    public let requestID: String

    public init(caller: Principal, action: String, subject: String? = nil, requestID: String) {
        self.caller = caller
        self.action = action
        self.subject = subject.map {
            String(String.UnicodeScalarView($0.unicodeScalars.prefix(Self.subjectScalarsMax)))
        }
        self.requestID = requestID
    }

    /// The line that the action was granted: a statement of the very transaction that does it.
    /// - Parameter detail: what was done, without a person's name.
    public func granted(_ detail: JSONObject? = nil) -> SQL { line("granted", reason: nil, detail) }

    /// The line that it was not.
    func refused(_ problem: Problem) -> SQL {
        let reason =
            problem.type.hasPrefix(Problem.typePrefix)
            ? String(problem.type.dropFirst(Problem.typePrefix.count)) : problem.type
        return line("refused", reason: reason, nil)
    }

    private func line(_ outcome: String, reason: String?, _ detail: JSONObject?) -> SQL {
        """
        /* auditLine */
        INSERT INTO audit_log (actor, roles, action, subject, outcome, reason, request_id, detail)
        VALUES (\(caller.subject), \(caller.roles.map(\.rawValue).sorted()), \(action), \(subject), \(outcome),
                \(reason), \(requestID), \(detail.map { JSONText(JSON.encode(.object($0))) }))
        """
    }
}

private enum OperatorCallKey: RequestKey { typealias Value = OperatorCall }

extension Request {
    /// Set by `AuditedAction`, behind which every handler of an operator's action stands.
    public var operatorCall: OperatorCall {
        get throws(Problem) {
            guard let call = self[OperatorCallKey.self] else { throw .internalError }
            return call
        }
    }

    func with(_ call: OperatorCall) -> Request {
        var request = self
        request[OperatorCallKey.self] = call
        return request
    }
}
