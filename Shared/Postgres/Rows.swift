internal import CLibPQ
internal import Glibc

/// The rows that one statement returned, in binary as they came. Reading a column decodes it.
public struct Rows: RandomAccessCollection, Sendable {
    let result: QueryResult

    /// How many rows the statement inserted, updated, deleted or selected.
    public var affected: Int { result.affected }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(result.rowCount) }

    public subscript(index: Int) -> Row {
        precondition(indices.contains(index), "row \(index) of \(count)")
        return Row(result: result, index: Int32(index))
    }

    /// The row of a statement that returns exactly one.
    public func one() throws(PostgresError) -> Row {
        guard count == 1 else {
            throw PostgresError(.decoding, "\(count) rows where one was expected", statement: result.label)
        }
        return self[0]
    }
}

/// One row. Holds on to the whole result it came with.
public struct Row: Sendable {
    fileprivate let result: QueryResult
    fileprivate let index: Int32

    /// The column called `name`. NULL is an error unless an optional is asked for.
    public func get<Value: PostgresDecodable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let column = result.column(named: name) else {
            throw PostgresError(.decoding, "there is no column \(name)", statement: result.label)
        }
        return try result.value(row: index, column: column, as: Value.self)
    }

    /// The column at `position`, from 0.
    public func get<Value: PostgresDecodable>(
        _ position: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard position >= 0, position < result.columnCount else {
            throw PostgresError(.decoding, "there is no column \(position)", statement: result.label)
        }
        return try result.value(row: index, column: Int32(position), as: Value.self)
    }

    /// The first columns in order: `let (id, title) = try row.decode(UUID.self, String.self)`.
    public func decode<each Value: PostgresDecodable>(
        _ type: repeat (each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var position = -1
        func next<Next: PostgresDecodable>(_: Next.Type) throws(PostgresError) -> Next {
            position += 1
            return try get(position)
        }
        return (repeat try next((each Value).self))
    }
}

/// libpq's result, freed with the last row that refers to it.
///
/// `@unchecked Sendable`: a PGresult is read-only once it is received ("Behavior in Threaded Programs" in
/// libpq's documentation), this class never writes to it, and the pointer never leaves it.
@safe final class QueryResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let statement: String
    let rowCount: Int32
    let columnCount: Int32

    /// Takes the result over.
    init(_ pointer: OpaquePointer, statement: String) {
        unsafe self.pointer = pointer
        self.statement = statement
        rowCount = unsafe PQntuples(pointer)
        columnCount = unsafe PQnfields(pointer)
    }

    deinit { unsafe PQclear(pointer) }

    var label: String { SQL(text: statement).label }

    /// "INSERT 0 3", "ROLLBACK"…
    var commandTag: String { unsafe PQcmdStatus(pointer).map { unsafe String(cString: $0) } ?? "" }

    var affected: Int { unsafe PQcmdTuples(pointer).flatMap { unsafe Int(String(cString: $0)) } ?? 0 }

    /// Not PQfnumber, which folds case and copies the name at each call.
    func column(named name: String) -> Int32? {
        unsafe name.withCString { wanted in
            for column in 0..<columnCount {
                if let present = unsafe PQfname(pointer, column), unsafe strcmp(present, wanted) == 0 { return column }
            }
            return nil
        }
    }

    func value<Value: PostgresDecodable>(
        row: Int32, column: Int32, as _: Value.Type
    ) throws(PostgresError) -> Value {
        do throws(PostgresDecodingError) {
            guard unsafe PQgetisnull(pointer, row, column) == 0 else {
                guard let null = Value.postgresNull else { throw .null }
                return null
            }
            guard let start = unsafe PQgetvalue(pointer, row, column) else { throw .null }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(pointer, row, column)))
            // The span lives no longer than this call, and the result outlives that.
            return unsafe try Value(
                postgres: Span<UInt8>(_unsafeBytes: bytes), type: PostgresType(oid: PQftype(pointer, column)))
        } catch {
            let name = unsafe PQfname(pointer, column).map { unsafe String(cString: $0) } ?? "?"
            throw PostgresError(.decoding, "column \(name): \(error)", statement: label)
        }
    }
}
