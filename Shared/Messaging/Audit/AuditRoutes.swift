internal import FilmClubModel
public import HTTPServer
internal import JSON
public import Postgres
public import ServiceShell

/// `GET /v1/audit-log?action=&subject=&limit=&cursor=`, for operators: what they did and were refused at this service,
/// the latest first. A page's `next` is the cursor of the page after it.
public struct AuditRoutes: Sendable {
    static let entriesMax = 200
    static let entriesUsual = 50

    private let authenticator: Authenticator
    private let pool: PostgresPool

    public init(_ authenticator: Authenticator, _ pool: PostgresPool) {
        self.authenticator = authenticator
        self.pool = pool
    }

    public func register(in router: inout Router) {
        router.get("/v1/audit-log", .readAuditLog) { try await list($0) }
    }

    private func list(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let action = try request.query("action") { Self.text($0) }
        let subject = try request.query("subject") { Self.text($0) }
        let limit = try request.query("limit") { Int($0).flatMap { (1...Self.entriesMax).contains($0) ? $0 : nil } }
        let before = try request.query("cursor") { Int64($0).flatMap { $0 > 0 ? $0 : nil } }
        let count = limit ?? Self.entriesUsual
        let rows = try await Problem.forDatabase {
            try await pool.query(
                """
                /* auditLog */
                SELECT number, at, actor, roles, action, subject, outcome, reason, request_id, detail FROM audit_log
                WHERE number < \(before ?? Int64.max) AND (\(action)::text IS NULL OR action = \(action))
                    AND (\(subject)::text IS NULL OR subject = \(subject))
                ORDER BY number DESC LIMIT \(Int64(count) + 1)
                """)
        }
        var writer = JSONWriter(capacity: 4_096)
        writer.beginObject()
        writer.key("entries")
        writer.beginArray()
        for row in rows.prefix(count) { try writer.entry(row) }
        writer.endArray()
        if rows.count > count, let last = rows.prefix(count).last {
            writer.member("next", String(try last.get("number", as: Int64.self)))
        }
        writer.endObject()
        return .json(writer.bytes, headers: ["Cache-Control": "no-store"])
    }

    private static func text(_ text: String) -> String? {
        (1...OperatorCall.subjectScalarsMax).contains(text.unicodeScalars.count) && !text.utf8.contains(0) ? text : nil
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ row: Row) throws {
        beginObject()
        member("number", try row.get("number", as: Int64.self))
        member("at", try row.get("at", as: Instant.self).text)
        member("actor", try row.get("actor", as: String.self))
        key("roles")
        beginArray()
        for role in try row.get("roles", as: [String].self) { string(role) }
        endArray()
        member("action", try row.get("action", as: String.self))
        if let subject = try row.get("subject", as: String?.self) { member("subject", subject) }
        member("outcome", try row.get("outcome", as: String.self))
        if let reason = try row.get("reason", as: String?.self) { member("reason", reason) }
        member("requestId", try row.get("request_id", as: String.self))
        if let detail = try row.get("detail", as: JSONText?.self) {
            key("detail")
            raw(detail.bytes)
        }
        endObject()
    }
}
