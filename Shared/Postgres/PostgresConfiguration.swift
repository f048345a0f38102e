/// How to reach a database, and the limits of a pool of connections to it.
public struct PostgresConfiguration: Sendable {
    /// A libpq connection string or URL ("Connection Strings" in libpq's documentation). A secret: it may hold
    /// a password, and is never part of an error.
    public var connectionString: String
    /// Shown in pg_stat_activity, unless the connection string names one.
    public var applicationName: String

    /// Connections that are kept open even when idle.
    public var connectionsMin = 0
    public var connectionsMax = 8
    /// How long a query or a lease may wait for a connection.
    public var leaseWaitMax: Duration = .seconds(2)
    /// How many may wait.
    public var waitersMax = 10_000
    /// An idle connection above the minimum is closed after this.
    public var idleMax: Duration = .seconds(60)
    /// For the whole handshake with one server.
    public var connectMax: Duration = .seconds(5)
    /// The first pause after a failed connect; doubled at each further one, with jitter, up to `backOffMax`.
    public var backOffMin: Duration = .milliseconds(50)
    public var backOffMax: Duration = .seconds(5)

    /// The server's `statement_timeout`; zero is none.
    public var statementTimeout: Duration = .seconds(10)
    /// The server's `lock_timeout`; zero is none.
    public var lockTimeout: Duration = .seconds(5)
    /// The server's `idle_in_transaction_session_timeout`; zero is none.
    public var idleInTransactionTimeout: Duration = .seconds(30)
    /// A connection that owes an answer for longer is given up. For a server that is gone without a word.
    public var answerMax: Duration = .seconds(60)

    /// Prepared statements kept a connection; the one unused for longest goes first. Zero prepares nothing, for
    /// poolers that can't keep statements.
    public var preparedStatementsMax = 256

    public init(_ connectionString: String, applicationName: String = "filmclub") {
        self.connectionString = connectionString
        self.applicationName = applicationName
    }
}

extension PostgresConfiguration: CustomStringConvertible {
    /// Without the connection string.
    public var description: String { "PostgreSQL for \(applicationName), at most \(connectionsMax) connections" }
}

/// What happens to the connections of a pool or a listener, for logs and metrics.
public enum PostgresEvent: Sendable {
    case connected
    /// Tried again after the pause.
    case connectFailed(PostgresError, retryAfter: Duration)
    case connectionLost(PostgresError)
    /// A lease was returned inside a transaction; its connection was closed.
    case leaseReturnedInTransaction
    /// The server's warnings and RAISE NOTICE. Written by our own SQL; it may quote values.
    case notice(severity: String, sqlState: String, message: String)
}
