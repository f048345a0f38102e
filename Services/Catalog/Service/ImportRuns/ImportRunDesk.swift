internal import CatalogDomain
internal import FilmClubModel
internal import HTTPServer
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres

/// What operators do with import runs.
struct ImportRunDesk: Sendable {
    private let pool: PostgresPool
    private let answers: IdempotentAnswers
    private let now: @Sendable () -> Instant
    private let worker: ImportRunWorker

    init(pool: PostgresPool, now: @escaping @Sendable () -> Instant, worker: ImportRunWorker) {
        self.pool = pool
        answers = IdempotentAnswers(pool: pool)
        self.now = now
        self.worker = worker
    }

    /// Opens a run, once for each key.
    func open(_ key: IdempotencyKey) async throws -> StoredAnswer {
        let question = Hashing.sha256(Array("POST /v1/import-runs".utf8))
        return try await answers.answer(to: .house(key), fingerprint: question) { transaction in
            let id = ImportRunID.generate(now: now())
            let run = try ImportRunDocument(try await transaction.query(ImportRunStore.insert(id)).one())
            return StoredAnswer(status: 201, location: run.location, body: run.json)
        }
    }

    /// Nil where there is none.
    func read(_ id: ImportRunID) async throws -> ImportRunDocument? {
        try await pool.query(ImportRunStore.read(id)).first.map { try ImportRunDocument($0) }
    }

    /// Lays `part` down in the place of what stood under its number.
    func stage(_ part: StagedPart, number: Int32, of id: ImportRunID) async throws -> ImportRunDocument {
        try await pool.withTransaction { transaction in
            _ = try await hold(id, in: transaction)
            let rows = try await transaction.unit(part.write(number, of: id))
            let run = try ImportRunDocument(try rows[rows.count - 1].one())
            guard run.total <= ImportRunLimits.itemsMax else { throw Problem.importRunTooLarge }
            return run
        }
    }

    /// Has the run checked or applied. Asked again it says how far that is.
    func begin(
        _ id: ImportRunID, isDryRun: Bool, by call: OperatorCall, trace: TraceContext
    ) async throws -> ImportRunDocument {
        let (aim, end): (ImportRunState, ImportRunState) =
            isDryRun ? (.checking, .checked) : (.applying, .applied)
        let run = try await pool.withTransaction { transaction in
            guard let row = try await transaction.query(ImportRunStore.lock(id)).first else {
                throw Problem.noSuchImportRun
            }
            let run = try ImportRunDocument(row)
            if run.state == aim || run.state == end { return run }
            guard run.state.isOpen else { throw Problem.importRunClosed(run.state) }
            let begun = try await transaction.query(
                ImportRunStore.begin(id, as: aim, trace: trace))
            if !isDryRun { _ = try await transaction.query(call.granted()) }
            return try ImportRunDocument(try begun.one())
        }
        await worker.wake()
        return run
    }

    /// Forgets a run and what it holds.
    func delete(_ id: ImportRunID, by call: OperatorCall) async throws {
        _ = try await pool.withTransaction { transaction in
            try await hold(id, in: transaction)
            while try await transaction.query(ImportRunStore.clear(id)).one().get(0, as: Int64.self) > 0 {}
            _ = try await transaction.unit([ImportRunStore.delete(id), call.granted()])
        }
    }

    /// Locks the run's row, if the run is open.
    private func hold(_ id: ImportRunID, in transaction: PostgresTransaction) async throws {
        guard let row = try await transaction.query(ImportRunStore.lock(id)).first else {
            throw Problem.noSuchImportRun
        }
        let state = try ImportRunDocument(row).state
        guard state.isOpen else { throw Problem.importRunClosed(state) }
    }
}

extension Problem {
    static let noSuchImportRun = Problem.notFound("There is no such import run.")

    static func importRunClosed(_ state: ImportRunState) -> Problem {
        Problem(
            .importRunClosed, detail: "The import run is \(state.rawValue). It takes no more parts; begin another one.",
            members: ["state": .string(state.rawValue)])
    }

    static let importRunTooLarge = Problem(
        .importRunTooLarge,
        detail: "An import run has at most \(ImportRunLimits.itemsMax) items. The part was not taken.",
        members: ["itemsMax": .integer(ImportRunLimits.itemsMax)])
}
