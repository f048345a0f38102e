/// A batch on its way: what was sent, and what has come back so far.
struct Flight {
    private enum Step {
        case prepare(statement: Int, name: String)
        case execute(statement: Int, name: String)
        case executeUnprepared(statement: Int)
    }

    let batch: Batch
    /// All of it, the Sync too, has left this process.
    var isSent = false

    private var steps: [Step] = []
    /// The step whose answer is being read; past the last one it is the Sync's.
    private var position = 0
    private var results: [Rows] = []
    private var failure: (report: ServerReport, position: Int)?
    private var knownStatementIsStale = false

    init(_ batch: Batch) { self.batch = batch }

    var isScript: Bool { if case .script = batch.body { true } else { false } }

    // MARK: - Sending

    /// Decides what to prepare. A statement that can't be sent is found here, before anything is.
    mutating func plan(_ statements: [SQL], with cache: inout StatementCache) -> PostgresError? {
        steps.reserveCapacity(statements.count)
        results.reserveCapacity(statements.count)
        for (index, sql) in statements.enumerated() {
            var fault = sql.fault
            switch batch.prepares ? cache.use(sql) : .unprepared {
            case .prepared(let name): steps.append(.execute(statement: index, name: name))
            case .new(let name):
                steps.append(.prepare(statement: index, name: name))
                steps.append(.execute(statement: index, name: name))
                fault = fault ?? Self.faultInText(of: sql)
            case .unprepared:
                steps.append(.executeUnprepared(statement: index))
                fault = fault ?? Self.faultInText(of: sql)
            }
            if let fault {
                for case .prepare(let index, let name) in steps { cache.forget(statements[index].text, name: name) }
                return PostgresError(.encoding, "\(fault)", statement: sql.label)
            }
        }
        return nil
    }

    /// A C string would end there, and half a statement would run.
    private static func faultInText(of sql: SQL) -> PostgresEncodingError? {
        sql.text.utf8.contains(0) ? .containsNUL : nil
    }

    /// False: the connection is broken.
    func send(_ statements: [SQL], on pq: LibPQ) -> Bool {
        steps.allSatisfy { step in
            switch step {
            case .prepare(let index, let name): pq.prepare(statements[index], as: name)
            case .execute(let index, let name): pq.execute(statements[index], preparedAs: name)
            case .executeUnprepared(let index): pq.executeUnprepared(statements[index])
            }
        }
    }

    // MARK: - Receiving

    private var statementIndex: Int? {
        guard position < steps.count else { return nil }
        return switch steps[position] {
        case .prepare(let index, _), .execute(let index, _), .executeUnprepared(let index): index
        }
    }

    var currentStatement: String {
        guard case .statements(let statements) = batch.body, let statementIndex else { return "" }
        return statements[statementIndex].text
    }

    var currentLabel: String? { label(at: position) }

    private func label(at position: Int) -> String? {
        guard case .statements(let statements) = batch.body else { return nil }
        guard position < steps.count else { return statements.last?.label }
        return switch steps[position] {
        case .prepare(let index, _), .execute(let index, _), .executeUnprepared(let index): statements[index].label
        }
    }

    /// More answers than steps: the protocol state is lost.
    var isOutOfStep: Bool { position > steps.count + 1 }

    mutating func note(_ incoming: LibPQ.Incoming, _ cache: inout StatementCache) {
        switch incoming {
        case .result(let result):
            if isScript { results.append(Rows(result: result)) }
            guard position < steps.count else { return }
            if case .prepare = steps[position] { return }
            results.append(Rows(result: result))
        case .failure(let report):
            if failure == nil { failure = (report, position) }
            noteRefused(report.sqlState, &cache)
        case .skipped: noteRefused(nil, &cache)
        case .end: position += 1
        case .sync, .unsupported: break
        }
    }

    private mutating func noteRefused(_ sqlState: String?, _ cache: inout StatementCache) {
        guard case .statements(let statements) = batch.body, position < steps.count else { return }
        switch steps[position] {
        case .prepare(let index, let name): cache.forget(statements[index].text, name: name)
        case .execute(let index, let name):
            switch sqlState {
            case SQLState.cachedPlanChanged:
                // A migration changed what the prepared statement returns: prepare it anew.
                cache.discard(statements[index].text)
                knownStatementIsStale = true
            case SQLState.unknownStatement:
                cache.forget(statements[index].text, name: name)
                knownStatementIsStale = true
            default: break
            }
        case .executeUnprepared: break
        }
    }

    // MARK: - Outcome

    /// Nothing of the unit happened, and it can be done with the statement prepared anew.
    var isToBeRepeated: Bool { knownStatementIsStale && batch.commit == .atEnd && !batch.isRetry }

    /// When all is answered.
    var outcome: Result<[Rows], PostgresError> {
        if let failure {
            return .failure(PostgresError(failure.report, statement: label(at: failure.position)))
        }
        return .success(batch.hiddenResults == 0 ? results : Array(results.dropFirst(batch.hiddenResults)))
    }

    /// When the connection ended before all was answered.
    func outcome(whenLostWith error: PostgresError) -> PostgresError {
        if let (report, position) = failure {
            let statement = label(at: position)
            guard report.endsConnection else {
                // An ordinary error before the Sync: all of it is undone, and why is known.
                return PostgresError(report, statement: statement)
            }
            let isCommitting = batch.commit == .byStatement || position >= steps.count
            let kind = isCommitting && mayHaveCommitted ? PostgresError.Kind.outcomeUnknown : .connection
            return PostgresError(report, kind: kind, statement: statement)
        }
        return error.withKind(mayHaveCommitted ? .outcomeUnknown : error.kind, statement: label(at: position))
    }

    private var mayHaveCommitted: Bool {
        switch batch.commit {
        case .never: false
        case .atEnd: isSent && batch.isWriting
        case .byStatement: isSent
        }
    }
}
