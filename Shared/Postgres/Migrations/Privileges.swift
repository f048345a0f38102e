/// What a service's running role may do with one table or sequence: what its statements need, and nothing else.
/// The schema is another role's, which only migrates: a service that is taken over can then neither change the schema
/// nor rewrite what is append-only.
public struct RelationPrivileges: Sendable, Hashable {
    /// The verbs of GRANT; `usage` is for sequences.
    public enum Verb: String, Sendable, Hashable, CaseIterable {
        case select = "SELECT"
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
        case usage = "USAGE"
    }

    public let relation: String
    public let verbs: Set<Verb>

    /// Rows that are read and added, and never changed: a log.
    public static func appendOnly(_ table: String) -> RelationPrivileges { table.may(.select, .insert) }
    /// The one row that a migration has put there.
    public static func onlyRow(_ table: String) -> RelationPrivileges { table.may(.select, .update) }
    /// Rows that are read, added and changed, and never removed.
    public static func kept(_ table: String) -> RelationPrivileges { table.may(.select, .insert, .update) }
    /// Rows that also go when they are done with.
    public static func passing(_ table: String) -> RelationPrivileges { table.may(.select, .insert, .update, .delete) }
    public static func sequence(_ name: String) -> RelationPrivileges { name.may(.usage) }
}

extension String {
    fileprivate func may(_ verbs: RelationPrivileges.Verb...) -> RelationPrivileges {
        RelationPrivileges(relation: self, verbs: Set(verbs))
    }
}

extension Migrations {
    /// Grants `role` those privileges of `sets` that it lacks. Returns what was granted, "INSERT on event_log".
    ///
    /// It revokes nothing: while a newer version of the program runs beside this one, its tables and verbs are not
    /// ours to judge. `owner`'s role owns the schema; one that is `role` itself needs no grants and gets none.
    @discardableResult
    public static func grant(
        _ sets: [MigrationSet], to role: String, with owner: PostgresPool
    ) async throws(PostgresError) -> [String] {
        let wanted = sets.flatMap(\.privileges).flatMap { entry in
            entry.verbs.map { (entry.relation, $0.rawValue) }.sorted { $0.1 < $1.1 }
        }
        do {
            return try await owner.withTransaction { transaction in
                // Two GRANTs on one table at the same time fail: "tuple concurrently updated".
                _ = try await transaction.query("/* privilegeTurn */ SELECT pg_advisory_xact_lock(\(advisoryLock))")
                let lacking = try await transaction.query(
                    """
                    /* lackingPrivileges */
                    SELECT wanted.relation, wanted.verb, class.relkind = 'S' AS is_sequence
                    FROM unnest(\(wanted.map(\.0)), \(wanted.map(\.1))) WITH ORDINALITY AS wanted (relation, verb, place)
                    JOIN pg_class class
                        ON class.relname = wanted.relation AND class.relnamespace = current_schema()::regnamespace
                    WHERE \(role) <> current_user AND NOT EXISTS (
                        SELECT FROM aclexplode(class.relacl) AS held JOIN pg_roles ON pg_roles.oid = held.grantee
                        WHERE pg_roles.rolname = \(role) AND held.privilege_type = wanted.verb)
                    ORDER BY place
                    """
                ).map { try $0.decode(String.self, String.self, Bool.self) }
                let grants = lacking.map { relation, verb, isSequence -> SQL in
                    """
                    GRANT \(sql: .trusted(verb)) ON \(sql: .trusted(isSequence ? "SEQUENCE" : "TABLE")) \
                    \(identifier: relation) TO \(identifier: role)
                    """
                }
                if !grants.isEmpty { _ = try await transaction.unit(grants) }
                return lacking.map { "\($0.1) on \($0.0)" }
            }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.migration, "granting privileges: \(error)")
        }
    }
}
