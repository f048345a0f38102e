public import Messaging
import Postgres
import ServiceShell

/// A line of the audit log.
public struct AuditLine: Hashable, Sendable, CustomStringConvertible {
    public let actor: String
    public let action: String
    public let subject: String?
    public let outcome: String
    public let reason: String?

    /// `refused institution.verify: already-decided`.
    public var description: String { "\(outcome) \(action)\(reason.map { ": \($0)" } ?? "")" }

    init(_ row: Row) throws {
        actor = try row.get("actor")
        action = try row.get("action")
        subject = try row.get("subject")
        outcome = try row.get("outcome")
        reason = try row.get("reason")
    }
}

extension ServiceWorld {
    /// What operators did and were refused, in this order.
    public func auditLines() async throws -> [AuditLine] {
        try await pool.query("SELECT actor, action, subject, outcome, reason FROM audit_log ORDER BY number")
            .map { try AuditLine($0) }
    }
}

extension OperatorCall {
    /// As an operator's request would bring it.
    public static func ofTest(_ action: String) -> OperatorCall {
        OperatorCall(
            caller: Principal(subject: "someone", institution: nil, roles: [.operator]), action: action,
            requestID: "test")
    }
}
