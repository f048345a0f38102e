/// A batch on its way: what was sent, and what has come back so far.
struct Flight {
    private enum Step {
        case prepare(statement: Int, name: String)
        case execute(statement: Int, name: String)
        case executeUnprepared(statement: Int)

        var statement: Int {
            switch self {
            case .prepare(let index, _), .execute(let index, _), .executeUnprepared(let index): index
            }
        }
    }

    let batch: Batch
    /// The batch's, or never, where a transaction was open before it.
    private let commits: Batch.Commit
    /// All of it, the Sync too, has left this process.
    var isSent = false

    private var steps: [Step] = []
    /// The step whose answer is being read; past the last one it is the Sync's.
    private var position = 0
    private var results: [Rows] = []
    private var failure: (report: ServerReport, position: Int)?
    private var knownStatementIsStale = false

    init(_ batch: Batch, commits: Batch.Commit) {
        self.batch = batch
        self.commits = commits
    }

    var isScript: Bool { if case .script = batch.body { true } else { false } }

    // MARK: - Sending

    /// Decides what to prepare. What can't be sent is found here, before anything is.
    mutating func plan(with cache: inout StatementCache, isOutsideTransaction: Bool) -> PostgresError? {
        if batch.needsTransaction, isOutsideTransaction {
            return PostgresError(
                .transaction, "the transaction is not open: a statement in its body ended it, or its first one failed",
                statement: batch.label(0))
        }
        if case .script(let text) = batch.body {
            return Self.faultInText(text).map { PostgresError(.encoding, "\($0)") }
        }
        let statements = batch.statements
        steps.reserveCapacity(statements.count + 1)
        results.reserveCapacity(statements.count)
        for (index, sql) in statements.enumerated() {
            var fault = sql.fault
            switch batch.prepares ? cache.use(sql) : .unprepared {
            case .prepared(let name): steps.append(.execute(statement: index, name: name))
            case .new(let name):
                steps.append(.prepare(statement: index, name: name))
                steps.append(.execute(statement: index, name: name))
                fault = fault ?? Self.faultInText(sql.text)
            case .unprepared:
                steps.append(.executeUnprepared(statement: index))
                fault = fault ?? Self.faultInText(sql.text)
            }
            if let fault {
                for case .prepare(let index, let name) in steps { cache.forget(statements[index].text, name: name) }
                return PostgresError(.encoding, "\(fault)", statement: sql.label)
            }
        }
        return nil
    }

    /// A C string would end there, and half a statement would run.
    private static func faultInText(_ text: String) -> PostgresEncodingError? {
        text.utf8.contains(0) ? .containsNUL : nil
    }

    /// False: the connection is broken.
    func send(on pq: LibPQ) -> Bool {
        let statements = batch.statements
        return steps.allSatisfy { step in
            switch step {
            case .prepare(let index, let name): pq.prepare(statements[index], as: name)
            case .execute(let index, let name): pq.execute(statements[index], preparedAs: name)
            case .executeUnprepared(let index): pq.executeUnprepared(statements[index])
            }
        }
    }

    // MARK: - Receiving

    var currentStatement: String {
        position < steps.count ? batch.statements[steps[position].statement].text : ""
    }

    var currentLabel: String? { label(at: position) }

    private func label(at position: Int) -> String? {
        guard position < steps.count else { return batch.statements.last?.label }
        return batch.label(steps[position].statement)
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
        guard position < steps.count else { return }
        let statements = batch.statements
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
    var isToBeRepeated: Bool { knownStatementIsStale && commits == .atEnd && !batch.isRetry }

    /// When all is answered.
    var outcome: Result<[Rows], PostgresError> {
        if let failure {
            return .failure(PostgresError(failure.report, statement: label(at: failure.position)))
        }
        return .success(batch.hiddenResults == 0 ? results : Array(results.dropFirst(batch.hiddenResults)))
    }

    /// When the connection ended before all was answered.
    func outcome(whenLostWith error: PostgresError) -> PostgresError {
        if let (report, position) = failure, report.isFromServer {
            let statement = label(at: position)
            guard report.endsConnection else {
                // An ordinary error before the Sync: all of it is undone, and why is known.
                return PostgresError(report, statement: statement)
            }
            let isCommitting = commits == .byStatement || position >= steps.count
            let kind = isCommitting && mayHaveCommitted ? PostgresError.Kind.outcomeUnknown : .connection
            return PostgresError(report, kind: kind, statement: statement)
        }
        guard mayHaveCommitted else { return error.withKind(error.kind, statement: label(at: position)) }
        return error.withKind(.outcomeUnknown, statement: batch.statements.first { !$0.isReading }?.label)
    }

    private var mayHaveCommitted: Bool {
        switch commits {
        case .never: false
        case .atEnd: isSent && batch.isWriting
        case .byStatement: isSent
        }
    }
}
