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
                .unavailable, detail: "The database cannot be reached. Nothing was done; ask again.",
                headers: Self.retryAfter)
        case .outcomeUnknown:
            self.init(
                .outcomeUnknown,
                detail: "The connection broke at the last moment: it may have been done or not. Ask again, with the "
                    + "same Idempotency-Key if you sent one.", headers: Self.retryAfter)
        default:
            guard error.passesByItself else { return nil }
            self.init(
                .busy,
                detail: "Somebody else is at work on the same thing, or the database is. Nothing was done; ask again.",
                headers: Self.retryAfter)
        }
    }

    /// How long a request may wait for the database in all: a person gets an answer within about five seconds, also
    /// from a database that has stopped without a word.
    public static let databaseWaitMax: Duration = .seconds(4)

    /// Runs a handler's work; what it cannot help becomes its problem.
    public static func forDatabase<Value>(
        within limit: Duration = databaseWaitMax, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await PostgresPool.answering(within: limit, body)
        } catch let error as PostgresError {
            throw Problem(error) ?? error as any Error
        }
    }
}
