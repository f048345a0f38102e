/// What is sent in one go and answered in one go: some statements and one Sync, or one script.
struct Batch: Sendable {
    enum Body: Sendable {
        /// In pipeline mode: one round trip, and atomic where no transaction is open.
        case statements([SQL])
        /// Several statements in one text, by the simple protocol.
        case script(String)
    }

    /// When its work becomes permanent: decides what a connection lost in flight means.
    enum Commit: Sendable {
        /// It only reads, or a COMMIT will come in a batch of its own.
        case never
        /// At the Sync.
        case atEnd
        /// It is the COMMIT itself.
        case byStatement
    }

    enum Completion: Sendable {
        case caller(CheckedContinuation<Result<[Rows], PostgresError>, Never>)
        /// The connection's own work.
        case setUp, housekeeping
    }

    var body: Body
    var commit: Commit
    var completion = Completion.housekeeping
    /// Results at the front that the caller did not ask for: of the BEGIN that was put before.
    var hiddenResults = 0
    /// It would commit by itself if the transaction it belongs to were not open.
    var needsTransaction = false
    /// Whether a statement may be prepared.
    var prepares = true
    /// Whether `answerMax` holds: not for migrations.
    var isBounded = true
    /// When whoever asks no longer waits: see `PostgresPool.answering(within:)`.
    var answerBy = PostgresPool.answerBy
    /// Run again because a prepared statement was out of date; done once.
    var isRetry = false

    init(_ statements: [SQL], commit: Commit) {
        body = .statements(statements)
        self.commit = commit
    }

    init(script: String, commit: Commit) {
        body = .script(script)
        self.commit = commit
    }

    /// A transaction that the caller opened with a statement of its own goes on after the Sync.
    var commitInTransaction: Commit { commit == .atEnd ? .never : commit }

    /// Empty for a script.
    var statements: [SQL] { if case .statements(let statements) = body { statements } else { [] } }

    func complete(_ outcome: Result<[Rows], PostgresError>) {
        guard case .caller(let continuation) = completion else { return }
        continuation.resume(returning: outcome)
    }

    var isWriting: Bool {
        switch body {
        case .statements(let statements): !statements.allSatisfy(\.isReading)
        case .script: true
        }
    }

    func label(_ index: Int) -> String? {
        statements.indices.contains(index) ? statements[index].label : nil
    }
}
