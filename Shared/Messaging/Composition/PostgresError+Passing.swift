internal import Postgres

extension PostgresError {
    /// Whether time mends it: the database is away, restarting, full, or somebody else holds what is needed. What
    /// was asked for may be asked again as it is.
    var passesByItself: Bool {
        if let sqlState { return Self.passingClasses.contains(sqlState.prefix(2)) || sqlState == Self.lockNotAvailable }
        return [.connection, .outcomeUnknown, .poolTimeout, .poolFull, .closed, .cancelled].contains(kind)
    }

    /// Connection exceptions, rolled back transactions (deadlocks among them), insufficient resources, and what an
    /// operator or a time limit ended (PostgreSQL documentation, appendix A).
    private static let passingClasses: Set<Substring> = ["08", "40", "53", "57"]
    private static let lockNotAvailable = "55P03"
}
