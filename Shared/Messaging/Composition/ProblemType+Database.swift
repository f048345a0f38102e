public import HTTPServer

extension [ProblemType] {
    /// What an operation that asks the database may answer besides.
    public static let ofDatabase: [ProblemType] = [.unavailable, .outcomeUnknown, .busy]
}

extension ProblemType {
    /// The connection broke at the last moment: it may have been done or not.
    static let outcomeUnknown = ProblemType(503, "outcome-unknown", "Outcome unknown", headers: [.retryAfter])
    /// Somebody else is at work on the same thing, or the database is. Nothing was done.
    static let busy = ProblemType(503, "busy", "Busy", headers: [.retryAfter])
}
