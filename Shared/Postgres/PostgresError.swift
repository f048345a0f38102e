/// What went wrong, in words that may be logged: the SQLSTATE with its name, constraint, table and the
/// statement's label; never a bound value, and never the server's DETAIL, which quotes them.
public struct PostgresError: Error, Sendable {
    public struct Kind: Hashable, Sendable {
        private enum Base: Hashable {
            case server(String), poolTimeout, poolFull, connection, outcomeUnknown, decoding, encoding
            case cancelled, closed, transaction, migration, configuration
        }
        private let base: Base

        /// The server refused a statement, with this SQLSTATE.
        public static func sqlState(_ code: String) -> Kind { Kind(base: .server(code)) }
        /// No connection came free in time. Nothing was sent.
        public static let poolTimeout = Kind(base: .poolTimeout)
        /// Too many wait for a connection already. Nothing was sent.
        public static let poolFull = Kind(base: .poolFull)
        /// The connection could not be made, or broke before a commit could have happened: nothing was written.
        public static let connection = Kind(base: .connection)
        /// The connection broke after the commit was sent: it may have happened or not. Ask by idempotency key.
        public static let outcomeUnknown = Kind(base: .outcomeUnknown)
        /// A column is not what was asked for.
        public static let decoding = Kind(base: .decoding)
        /// A value can't be bound. Nothing was sent.
        public static let encoding = Kind(base: .encoding)
        /// The task was cancelled while it waited for a connection. Nothing was sent.
        public static let cancelled = Kind(base: .cancelled)
        /// The pool, session or transaction is closed, or was while this ran: nothing was written.
        public static let closed = Kind(base: .closed)
        /// A transaction did not end as its body said.
        public static let transaction = Kind(base: .transaction)
        /// Migrations and the database disagree.
        public static let migration = Kind(base: .migration)
        /// The connection string can't be used.
        public static let configuration = Kind(base: .configuration)

        var sqlState: String? { if case .server(let code) = base { code } else { nil } }
    }

    // One reference: the error travels in every result of the hot path.
    private final class Storage: Sendable {
        let kind: Kind
        let sqlState: String?
        let message: String
        let constraint: String?
        let table: String?
        let statementName: String?

        init(_ kind: Kind, _ state: String?, _ message: String, _ names: ServerReport.Names, _ statement: String?) {
            self.kind = kind
            sqlState = state
            self.message = message
            constraint = names.constraint
            table = names.table
            statementName = statement
        }
    }
    private let storage: Storage

    public var kind: Kind { storage.kind }
    /// Also of a connection that the server ended with one, for instance 57P01.
    public var sqlState: String? { storage.sqlState }
    public var constraint: String? { storage.constraint }
    public var table: String? { storage.table }
    /// The label of the statement: see `SQL.label`.
    public var statementName: String? { storage.statementName }

    init(_ kind: Kind, _ message: String, statement: String? = nil, sqlState: String? = nil) {
        storage = Storage(kind, kind.sqlState ?? sqlState, message, ServerReport.Names(), statement)
    }

    /// Of a server's report; `kind` only where the connection ended with it.
    init(_ report: ServerReport, kind: Kind? = nil, statement: String?) {
        storage = Storage(
            kind ?? .sqlState(report.sqlState), report.sqlState, report.safeText, report.names, statement)
    }

    /// The same error, seen as the outcome of what was in flight.
    func withKind(_ kind: Kind, statement: String?) -> PostgresError {
        var names = ServerReport.Names()
        names.constraint = constraint
        names.table = table
        return PostgresError(
            storage: Storage(kind, sqlState, storage.message, names, statement ?? statementName))
    }

    private init(storage: Storage) { self.storage = storage }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        let place = statementName.map { " in \($0)" } ?? ""
        return switch kind {
        case .outcomeUnknown:
            "outcome unknown\(place): the connection broke after the commit was sent: \(storage.message)"
        case .connection: "connection lost or not made\(place): \(storage.message)"
        default: storage.message + place
        }
    }
}

/// The fields of an ErrorResponse or NoticeResponse that are used here (PostgreSQL documentation, "Error and
/// Notice Message Fields").
struct ServerReport: Sendable {
    struct Names: Sendable {
        var constraint: String?
        var table: String?
        var column: String?
    }

    var severity: String
    var sqlState: String
    var message: String
    var names: Names

    /// Else it is libpq's own, and tells nothing of what the server did.
    var isFromServer = true

    /// FATAL and PANIC end the connection.
    var endsConnection: Bool { severity == "FATAL" || severity == "PANIC" }

    /// "unique violation 23505 on orders_cart_id_key". The server's own message only where it can quote nothing
    /// but the statement or the server: data exceptions (22), constraints (23) and RAISE (P0) quote values.
    var safeText: String {
        var text = "\(SQLState.name(of: sqlState)) \(sqlState)"
        if let place = names.constraint ?? names.column ?? names.table { text += " on \(place)" }
        return SQLState.messageQuotesValues(sqlState) ? text : "\(text): \(message)"
    }
}
