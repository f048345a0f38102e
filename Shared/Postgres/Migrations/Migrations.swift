/// The migrations of one owner: a module or a service. Sets are numbered apart, so each grows by itself.
public struct MigrationSet: Sendable {
    public struct File: Sendable {
        /// "0001_messaging.sql": the number, then words.
        public let name: String
        public let bytes: [UInt8]

        /// The digits at the front of the name; 0 if there are none, which is refused.
        let number: Int32

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
            number = Int32(name.prefix { $0.isASCII && $0.isNumber }) ?? 0
        }
    }

    public var name: String
    public var files: [File]
    /// What the role that runs the service may do with the set's tables, where another one owns them.
    public var privileges: [RelationPrivileges]

    public init(
        name: String, files: [(name: String, bytes: [UInt8])], privileges: [RelationPrivileges] = []
    ) {
        self.name = name
        self.privileges = privileges
        self.files = files.map { File(name: $0.name, bytes: $0.bytes) }
    }
}

/// Numbered SQL files, each applied once and for ever: forward only, expand before contract.
///
/// Each file runs in a transaction of its own together with its row in `schema_migrations`, under an advisory lock
/// of the database: services that start at the same time take turns. A file that was applied must not change; its
/// SHA-256 is compared. Rows of a newer version of the program are left alone.
public enum Migrations {
    /// "filmclub" as a number.
    static let advisoryLock: Int64 = 0x66_69_6c_6d_63_6c_75_62

    /// How long a file may wait for a lock that running services hold, rather than let them queue behind it.
    static let lockTimeout: Duration = .seconds(5)
    /// How long to wait for another process that migrates.
    static let turnMax: Duration = .seconds(300)

    /// Applies what is new of each set, in the order given. Returns the names of what was applied, "set/file".
    @discardableResult
    public static func apply(_ sets: [MigrationSet], with pool: PostgresPool) async throws(PostgresError) -> [String] {
        for set in sets { try check(set) }
        var applied: [String] = []
        for set in sets {
            for file in set.files where try await apply(file, of: set.name, with: pool) {
                applied.append("\(set.name)/\(file.name)")
            }
        }
        return applied
    }

    private static func check(_ set: MigrationSet) throws(PostgresError) {
        var last: Int32 = 0
        for file in set.files {
            guard file.number > last else {
                throw PostgresError(
                    .migration, "migration \(set.name)/\(file.name): numbers must begin its name and rise")
            }
            guard String(validating: file.bytes, as: UTF8.self)?.utf8.contains(0) == false else {
                throw PostgresError(.migration, "migration \(set.name)/\(file.name) is not UTF-8 text without U+0000")
            }
            last = file.number
        }
    }

    /// Whether it was applied now.
    private static func apply(
        _ file: MigrationSet.File, of set: String, with pool: PostgresPool
    ) async throws(PostgresError) -> Bool {
        do {
            return try await pool.withTransaction { transaction in
                try await takeTurn(transaction)
                guard try await isNew(file, of: set, in: transaction) else { return false }
                try await transaction.script(String(decoding: file.bytes, as: UTF8.self), isBounded: false)
                _ = try await transaction.query(
                    """
                    /* recordMigration */
                    INSERT INTO schema_migrations (set, number, name, sha256, applied_at)
                    VALUES (\(set), \(file.number), \(file.name), sha256(\(Bytea(file.bytes))), clock_timestamp())
                    """)
                return true
            }
        } catch let error as PostgresError {
            throw error.withKind(error.kind, statement: error.statementName ?? "migration \(set)/\(file.name)")
        } catch {
            throw PostgresError(.migration, "migration \(set)/\(file.name): \(error)")
        }
    }

    private static func takeTurn(_ transaction: PostgresTransaction) async throws(PostgresError) {
        let statements: [SQL] = [
            """
            /* migrationLimits */
            SELECT set_config('lock_timeout', \(turnMax.milliseconds), true), set_config('statement_timeout', '0', true)
            """,
            "/* migrationTurn */ SELECT pg_advisory_xact_lock(\(advisoryLock))",
            "/* migrationLockTimeout */ SELECT set_config('lock_timeout', \(lockTimeout.milliseconds), true)",
            """
            /* migrationTable */
            CREATE TABLE IF NOT EXISTS schema_migrations (
                set text NOT NULL,
                number integer NOT NULL,
                name text NOT NULL,
                sha256 bytea NOT NULL,
                applied_at timestamptz NOT NULL,
                PRIMARY KEY (set, number)
            )
            """,
        ]
        _ = try await transaction.unit(statements, isBounded: false)
    }

    private static func isNew(
        _ file: MigrationSet.File, of set: String, in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        let rows = try await transaction.query(
            """
            /* findMigration */
            SELECT m.name, m.sha256 = sha256(\(Bytea(file.bytes))) AS same,
                (SELECT max(number) FROM schema_migrations WHERE set = \(set)) AS newest
            FROM (VALUES (\(set), \(file.number))) AS wanted (set, number)
            LEFT JOIN schema_migrations m USING (set, number)
            """)
        let (name, isSame, newest) = try rows.one().decode(String?.self, Bool?.self, Int32?.self)
        guard let name, let isSame else {
            if let newest, file.number < newest {
                throw PostgresError(
                    .migration, "migration \(set)/\(file.name) comes too late: number \(newest) was applied already")
            }
            return true
        }
        guard isSame, name == file.name else {
            throw PostgresError(
                .migration,
                "migration \(set)/\(file.name) has changed since it was applied as \(name): write a new file instead")
        }
        return false
    }
}
