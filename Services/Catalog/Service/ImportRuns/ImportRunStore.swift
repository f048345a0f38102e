internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// The rows of import runs. A run's row is locked by whoever changes what it holds; the work on it holds only an
/// advisory lock, so that another connection can write its progress meanwhile.
enum ImportRunStore {
    static func insert(_ id: ImportRunID) -> SQL {
        "/* insertImportRun */ INSERT INTO import_runs (id) VALUES (\(id)) RETURNING \(sql: ImportRunDocument.columns)"
    }

    static func read(_ id: ImportRunID) -> SQL {
        "/* readImportRun */ SELECT \(sql: ImportRunDocument.columns) FROM import_runs WHERE id = \(id)"
    }

    static func lock(_ id: ImportRunID) -> SQL {
        """
        /* lockImportRun */
        SELECT \(sql: ImportRunDocument.columns) FROM import_runs WHERE id = \(id) FOR UPDATE
        """
    }

    /// What a run must be to be worked on. It is checked or applied by whoever sees it first.
    static func begin(_ id: ImportRunID, as state: ImportRunState, trace: TraceContext?) -> SQL {
        """
        /* beginImportRun */
        UPDATE import_runs
        SET state = \(state.rawValue), done = 0, summary = NULL, errors = NULL, traceparent = \(trace?.traceparent),
            touched_at = clock_timestamp()
        WHERE id = \(id)
        RETURNING \(sql: ImportRunDocument.columns)
        """
    }

    static let atWork: SQL = """
        /* importRunsAtWork */
        SELECT id FROM import_runs WHERE state IN ('checking', 'applying') ORDER BY touched_at LIMIT 10
        """

    /// Whether nobody else works on the run: until the transaction ends it is ours.
    static func claim(_ id: ImportRunID) -> SQL {
        "/* claimImportRun */ SELECT pg_try_advisory_xact_lock(hashtextextended(\("import-run/\(id)"), 0)) AS claimed"
    }

    static func progress(_ id: ImportRunID, done: Int64) -> SQL {
        """
        /* importRunProgress */
        UPDATE import_runs SET done = \(done), touched_at = clock_timestamp() WHERE id = \(id)
        """
    }

    static func end(_ id: ImportRunID, as state: ImportRunState, summary: JSONObject) -> SQL {
        """
        /* endImportRun */
        UPDATE import_runs SET state = \(state.rawValue), done = total, touched_at = clock_timestamp(),
            summary = \(String(decoding: JSON.encode(.object(summary)), as: UTF8.self))::json
        WHERE id = \(id)
        """
    }

    static func refuse(_ id: ImportRunID, _ problems: [ImportProblem]) -> SQL {
        let errors = JSONValue.array(
            problems.map { ["path": .string($0.path), "message": .string($0.sentence)] })
        return """
            /* refuseImportRun */
            UPDATE import_runs SET state = 'refused', touched_at = clock_timestamp(),
                errors = \(String(decoding: JSON.encode(errors), as: UTF8.self))::json
            WHERE id = \(id) AND state IN ('checking', 'applying')
            """
    }

    // MARK: - Going

    /// How long nobody may touch a run before it goes with all that it holds.
    static let idleHoursMax = 24

    static let idle: SQL = """
        /* idleImportRuns */
        SELECT id FROM import_runs
        WHERE state IN ('staging', 'checked', 'refused')
            AND touched_at < clock_timestamp() - make_interval(hours => \(Int32(idleHoursMax)))
        LIMIT 10
        """

    /// Applied runs stay as a record; what they held does not.
    static let spent: SQL = """
        /* spentImportRuns */
        SELECT id FROM import_runs AS run
        WHERE state = 'applied' AND EXISTS (SELECT FROM import_parts WHERE run_id = run.id)
        LIMIT 10
        """

    static let partsPerStatement: Int32 = 20

    /// Some of the parts of a run, with their items; returns how many.
    static func clear(_ id: ImportRunID) -> SQL {
        """
        /* clearImportRun */
        WITH gone AS (
            DELETE FROM import_parts WHERE run_id = \(id) AND part IN (
                SELECT part FROM import_parts WHERE run_id = \(id) ORDER BY part LIMIT \(partsPerStatement))
            RETURNING part
        ), items AS (
            DELETE FROM import_items USING gone
            WHERE run_id = \(id) AND list IN ('films', 'programmes') AND import_items.part = gone.part
        )
        SELECT count(*) FROM gone
        """
    }

    static func delete(_ id: ImportRunID) -> SQL {
        "/* deleteImportRun */ DELETE FROM import_runs WHERE id = \(id)"
    }
}
