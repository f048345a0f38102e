internal import CLibPQ

/// One PGconn: the only place that calls libpq for a connection. Belongs to one thread, and finishes the
/// connection when it goes.
@safe final class LibPQ {
    private let pointer: OpaquePointer
    private let notices: NoticeBox

    // Filled anew for each statement; kept for their memory.
    private var valuePointers: [UnsafePointer<CChar>?] = unsafe []
    private var valueLengths: [Int32] = []
    private var types: [UInt32] = []
    private var binaryFormats: [Int32] = []

    /// Begins to connect. Looks host names up and waits for that: give an address where it matters.
    init(
        _ configuration: PostgresConfiguration, onNotice: @escaping (ServerReport) -> Void
    ) throws(PostgresError) {
        try Self.check(configuration.connectionString)
        // Later keywords win: the connection string may set what stands before it.
        let settings = [
            ("fallback_application_name", configuration.applicationName),
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("dbname", configuration.connectionString),
            ("client_encoding", "UTF8"),
        ]
        let connection = unsafe withCStrings(settings.map(\.0)) { keywords in
            unsafe withCStrings(settings.map(\.1)) { values in
                unsafe PQconnectStartParams(keywords, values, 1)
            }
        }
        guard let connection = unsafe connection else {
            throw PostgresError(.connection, "out of memory")
        }
        unsafe pointer = unsafe connection
        notices = NoticeBox(onNotice)
        unsafe PQsetNoticeReceiver(pointer, receiveNotice, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { unsafe PQfinish(pointer) }

    /// libpq's own complaint about a bad connection string quotes it, password and all.
    private static func check(_ connectionString: String) throws(PostgresError) {
        guard !connectionString.utf8.contains(0) else {
            throw PostgresError(.configuration, "the connection string contains U+0000")
        }
        guard connectionString.contains("=") || connectionString.contains("://") else { return }
        guard let options = unsafe PQconninfoParse(connectionString, nil) else {
            throw PostgresError(.configuration, "the connection string cannot be parsed as a URL or as key=value pairs")
        }
        unsafe PQconninfoFree(options)
    }

    // MARK: - State

    enum Step { case read, write, connected, failed }

    func pollConnect() -> Step {
        switch unsafe PQconnectPoll(pointer) {
        case PGRES_POLLING_READING: .read
        case PGRES_POLLING_WRITING: .write
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    var socket: Int32 { unsafe PQsocket(pointer) }
    var isAlive: Bool { unsafe PQstatus(pointer) == CONNECTION_OK }
    var isFailed: Bool { unsafe PQstatus(pointer) == CONNECTION_BAD }
    var isBusy: Bool { unsafe PQisBusy(pointer) != 0 }
    /// Of the connection, in libpq's words; at connect they name host, port, user and database.
    var failureText: String {
        let lines = unsafe String(cString: PQerrorMessage(pointer)).split(whereSeparator: \.isNewline)
        return lines.isEmpty
            ? "the server closed the connection" : lines.map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    }
    /// Outside of any transaction. Meaningful when nothing is in flight.
    var isOutsideTransaction: Bool { unsafe PQtransactionStatus(pointer) == PQTRANS_IDLE }

    func setNonBlocking() -> Bool { unsafe PQsetnonblocking(pointer, 1) == 0 }
    func enterPipelineMode() -> Bool { unsafe PQenterPipelineMode(pointer) == 1 }
    func exitPipelineMode() -> Bool { unsafe PQexitPipelineMode(pointer) == 1 }

    // MARK: - Sending (false: the connection is broken)

    func prepare(_ sql: SQL, as name: String) -> Bool {
        types.removeAll(keepingCapacity: true)
        for parameter in sql.parameters { types.append(parameter.type.oid) }
        return unsafe PQsendPrepare(pointer, name, sql.text, Int32(types.count), types) == 1
    }

    func execute(_ sql: SQL, preparedAs name: String) -> Bool {
        unsafe withParameters(of: sql) { count, values, lengths, formats in
            unsafe PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1) == 1
        }
    }

    func executeUnprepared(_ sql: SQL) -> Bool {
        types.removeAll(keepingCapacity: true)
        for parameter in sql.parameters { types.append(parameter.type.oid) }
        return unsafe withParameters(of: sql) { count, values, lengths, formats in
            unsafe PQsendQueryParams(pointer, sql.text, count, types, values, lengths, formats, 1) == 1
        }
    }

    /// Several statements in one text, by the simple protocol: not in pipeline mode.
    func executeScript(_ text: String) -> Bool { unsafe PQsendQuery(pointer, text) == 1 }

    func sync() -> Bool { unsafe PQpipelineSync(pointer) == 1 }

    enum Flush { case done, partial, failed }

    func flush() -> Flush {
        switch unsafe PQflush(pointer) {
        case 0: .done
        case 1: .partial
        default: .failed
        }
    }

    private func withParameters(
        of sql: SQL,
        _ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Bool
    ) -> Bool {
        unsafe valuePointers.removeAll(keepingCapacity: true)
        valueLengths.removeAll(keepingCapacity: true)
        while binaryFormats.count < sql.parameters.count { binaryFormats.append(1) }
        return unsafe sql.values.withUnsafeBytes { values in
            var offset = 0
            for parameter in sql.parameters {
                if parameter.length == SQL.Parameter.nullLength {
                    unsafe valuePointers.append(nil)
                } else {
                    // A nil pointer would be NULL: an empty value in an empty buffer still needs an address.
                    let address = unsafe values.baseAddress.map { unsafe $0 + offset }
                    let start = unsafe address ?? UnsafeRawPointer(emptyValue)
                    unsafe valuePointers.append(start.assumingMemoryBound(to: CChar.self))
                    offset += Int(parameter.length)
                }
                valueLengths.append(max(0, parameter.length))
            }
            return unsafe body(Int32(sql.parameters.count), valuePointers, valueLengths, binaryFormats)
        }
    }

    // MARK: - Receiving

    /// False: the connection is broken; what had arrived before is still to be read.
    func consumeInput() -> Bool { unsafe PQconsumeInput(pointer) == 1 }

    enum Incoming {
        case result(QueryResult)
        case failure(ServerReport)
        /// Skipped, because an earlier statement of the unit failed.
        case skipped
        case sync
        /// No more for this statement.
        case end
        case unsupported(String)
    }

    /// What arrived next. Only when not busy: it would wait. `statement` labels the rows' errors.
    func next(for statement: String) -> Incoming {
        guard let result = unsafe PQgetResult(pointer) else { return .end }
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return unsafe .result(QueryResult(result, statement: statement))
        case let status:
            defer { unsafe PQclear(result) }
            switch status {
            case PGRES_PIPELINE_SYNC: return .sync
            case PGRES_PIPELINE_ABORTED: return .skipped
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: return unsafe .failure(ServerReport(result))
            default: return unsafe .unsupported(String(cString: PQresStatus(status)))
            }
        }
    }

    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = unsafe PQnotifies(pointer) else { return nil }
        defer { unsafe PQfreemem(notification) }
        return unsafe (
            String(cString: notification.pointee.relname), String(cString: notification.pointee.extra)
        )
    }
}

/// What an empty value points at.
private nonisolated(unsafe) let emptyValue = unsafe UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

// MARK: - Notices and reports

private final class NoticeBox {
    let receive: (ServerReport) -> Void
    init(_ receive: @escaping (ServerReport) -> Void) { self.receive = receive }
}

/// libpq calls it from within its other calls, so on the connection's own thread.
private func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
    guard let context = unsafe context, let result = unsafe result else { return }
    unsafe Unmanaged<NoticeBox>.fromOpaque(context).takeUnretainedValue().receive(ServerReport(result))
}

extension ServerReport {
    fileprivate init(_ result: OpaquePointer) {
        func field(_ code: Int) -> String? {
            unsafe PQresultErrorField(result, Int32(code)).map { unsafe String(cString: $0) }
        }
        let code = field(CPQ_FIELD_SQLSTATE)
        severity = field(CPQ_FIELD_SEVERITY) ?? "FATAL"
        sqlState = code ?? "08006"
        isFromServer = code != nil
        let text = unsafe String(cString: PQresultErrorMessage(result))
        message =
            field(CPQ_FIELD_MESSAGE)
            ?? text.split(whereSeparator: \.isNewline).joined(separator: " ")
        names = Names(
            constraint: field(CPQ_FIELD_CONSTRAINT), table: field(CPQ_FIELD_TABLE),
            column: field(CPQ_FIELD_COLUMN))
    }
}

/// Lends an array of C strings that ends with nil.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    var starts: [Int] = []
    var bytes: [CChar] = []
    for string in strings {
        starts.append(bytes.count)
        bytes += string.utf8.map { CChar(bitPattern: $0) }
        bytes.append(0)
    }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
        var pointers: [UnsafePointer<CChar>?] = unsafe []
        for start in starts { unsafe pointers.append(buffer.baseAddress.map { unsafe $0 + start }) }
        unsafe pointers.append(nil)
        return unsafe body(pointers)
    }
}
