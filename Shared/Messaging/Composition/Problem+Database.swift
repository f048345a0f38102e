public import HTTPServer
public import Postgres

extension Problem {
    /// The database is away or too busy, which passes: 503 instead of a fault. Nil where the fault is ours.
    public init?(_ error: PostgresError) {
        switch error.kind {
        case .poolFull, .poolTimeout:
            self = .overloaded()
        case .connection, .closed:
            self.init(
                status: 503, "unavailable", title: "Unavailable",
                detail: "The database cannot be reached. Nothing was done; ask again.", headers: Self.retryAfter)
        case .outcomeUnknown:
            self.init(
                status: 503, "outcome-unknown", title: "Outcome unknown",
                detail: "The connection broke at the last moment: it may have been done or not. Ask again, with the "
                    + "same Idempotency-Key if you sent one.", headers: Self.retryAfter)
        default:
            guard error.passesByItself else { return nil }
            self.init(
                status: 503, "busy", title: "Busy",
                detail: "Somebody else is at work on the same thing, or the database is. Nothing was done; ask again.",
                headers: Self.retryAfter)
        }
    }

    /// Runs a handler's work; what it cannot help becomes its problem.
    public static func forDatabase<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw Problem(error) ?? error as any Error
        }
    }
}
