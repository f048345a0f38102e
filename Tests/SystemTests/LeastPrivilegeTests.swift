import Postgres
import TestSupport
import Testing

/// The roles and secrets of the house that deploy/up makes, as somebody would find them who has taken over a service.
@Suite("Least privilege", .serialized)
struct LeastPrivilegeTests {
    static let services = ["catalog", "cart", "checkout", "streaming"]

    @Test("A service's role is refused at every other database, and at every verb that its statements do not need")
    func roles() async throws {
        try await House.with(.embedded) { house in
            let demo = try await house.filmclub("demo")
            #expect(demo.status == 0, "\(demo.output)")
            let databases = try Dictionary(
                uniqueKeysWithValues: Self.services.map { ($0, try RoleAtDatabase.serving($0, in: house)) })
            for (service, role) in databases.sorted(by: { $0.key < $1.key }) {
                try await role.isRefusedConnection(to: Self.services.filter { $0 != service }.map { "filmclub_\($0)" })
                try await role.isRefusedConnection(to: ["postgres", "template1"])
                try await role.isRefused(Self.refused + (Self.refusedOf[service] ?? []))
                #expect(try await role.tablesWithoutPrivileges() == ["schema_migrations"])
                #expect(try await role.tablesWithDangerousPrivileges().isEmpty)
                // The server's own words for it: insufficient privilege.
                let log = File.text("\(house.state)/postgres/log") ?? ""
                for other in Self.services where other != service {
                    #expect(log.contains(" 42501 filmclub_\(service)@filmclub_\(other) FATAL:"))
                }
            }
            for service in Self.services {
                let reader = try RoleAtDatabase.operating(service, in: house)
                let readable: [SQL] = ["SELECT FROM event_log LIMIT 1", "SELECT FROM schema_migrations LIMIT 1"]
                #expect(try await reader.sqlStates(of: readable) == [nil, nil])
                try await reader.isRefused(Self.refused + Self.refusedToReaders)
            }
        }
    }

    private static let refused: [SQL] = [
        // What was said stays said.
        "UPDATE event_log SET key = key", "DELETE FROM event_log", "TRUNCATE event_log",
        "ALTER TABLE event_log DISABLE TRIGGER ALL", "DROP TABLE event_log", "SELECT setval('event_number', 1)",
        "DELETE FROM inbox_watermark", "DELETE FROM relay_cursor", "INSERT INTO relay_cursor DEFAULT VALUES",
        "DELETE FROM event_incarnation", "DELETE FROM relay_asked", "DELETE FROM inbox_cut",
        "DELETE FROM schema_migrations",
        // No schema of one's own, and no way up.
        "CREATE TABLE mine (a integer)", "CREATE TEMPORARY TABLE mine (a integer)", "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "CREATE DATABASE mine", "CREATE ROLE mine",
        "ALTER ROLE CURRENT_USER SUPERUSER", "SET ROLE postgres", "SET ROLE filmclub_catalog_owner",
        "SET ROLE filmclub_checkout_owner", "SELECT FROM pg_authid", "SELECT pg_read_file('/etc/hostname')",
        "SELECT pg_reload_conf()", "ALTER SYSTEM SET fsync = off",
    ]

    private static let refusedOf: [String: [SQL]] = [
        "catalog": [
            "DELETE FROM films", "UPDATE audit_log SET actor = ''", "DELETE FROM audit_log", "TRUNCATE audit_log",
            "DELETE FROM catalog_revision", "INSERT INTO catalog_revision VALUES (true, 1)",
        ],
        "cart": ["DELETE FROM carts", "UPDATE idempotency_keys SET status = 500", "DELETE FROM idempotency_keys"],
        "checkout": [
            "DELETE FROM orders", "UPDATE order_lines SET price_minor_units = 0", "DELETE FROM order_lines",
            "UPDATE idempotency_keys SET status = 500", "DELETE FROM idempotency_keys",
            "SELECT setval('order_number', 1)", "UPDATE audit_log SET actor = ''", "DELETE FROM audit_log",
            "UPDATE institution_verifications SET reason = ''", "DELETE FROM institution_verifications",
            "UPDATE billing_documents SET total_minor_units = 0", "DELETE FROM billing_documents",
            "DELETE FROM invoice_series", "DELETE FROM invoice_standing", "UPDATE payments SET amount_minor_units = 1",
            "DELETE FROM payments", "UPDATE ledger_entries SET amount_minor_units = 0", "DELETE FROM ledger_entries",
        ],
        "streaming": [
            "DELETE FROM audit_log", "DELETE FROM entitlements", "DELETE FROM sessions", "DELETE FROM idempotency_keys",
        ],
    ]

    private static let refusedToReaders: [SQL] = [
        "INSERT INTO relay_request (topic, key) VALUES ('checkout.orders.v1', '*')", "DELETE FROM inbox_parked",
        "UPDATE inbox_watermark SET sequence = 0", "UPDATE relay_cursor SET epoch = 0",
        "SELECT nextval('event_number')",
    ]
}

/// One role's connection to one database of a house.
struct RoleAtDatabase {
    let name: String
    let url: String
    let house: House

    static func serving(_ service: String, in house: House) throws -> RoleAtDatabase {
        RoleAtDatabase(name: service, url: try secret("filmclub_\(service).url", in: house), house: house)
    }

    static func operating(_ service: String, in house: House) throws -> RoleAtDatabase {
        RoleAtDatabase(
            name: "the operator at \(service)", url: try secret("filmclub_\(service)_operator.url", in: house),
            house: house)
    }

    private static func secret(_ name: String, in house: House) throws -> String {
        try #require(File.text("\(house.state)/secrets/\(name)"))
    }

    private func withPool<Output>(
        _ url: String, _ body: (PostgresPool) async throws -> Output
    ) async throws -> Output {
        var configuration = PostgresConfiguration(url, applicationName: "least-privilege")
        configuration.connectionsMax = 1
        configuration.leaseWaitMax = .seconds(120)
        let pool = PostgresPool(configuration, on: TestLoop.shared)
        do {
            let output = try await body(pool)
            await pool.close()
            return output
        } catch {
            await pool.close()
            throw error
        }
    }

    /// The refusal of each statement, nil if it was allowed. On one connection and in no transaction: some of them
    /// would be refused there for another reason.
    func sqlStates(of statements: [SQL]) async throws -> [String?] {
        try await withPool(url) { pool in
            var states: [String?] = []
            for statement in statements {
                do {
                    _ = try await pool.query(statement)
                    states.append(nil)
                } catch let error as PostgresError {
                    states.append(error.sqlState ?? "\(error)")
                }
            }
            return states
        }
    }

    func isRefused(_ statements: [SQL]) async throws {
        for (statement, state) in zip(statements, try await sqlStates(of: statements)) {
            #expect(state == "42501", "\(name): \(statement)")
        }
    }

    func isRefusedConnection(to databases: [String]) async throws {
        for database in databases {
            // postgresql://role:password@host:port/database
            let end = try #require(url.lastIndex(of: "/"))
            let other = "\(url[...end])\(database)"
            let refusals = Refusals()
            var configuration = PostgresConfiguration(other, applicationName: "least-privilege")
            configuration.connectionsMin = 1
            let pool = PostgresPool(configuration, on: TestLoop.shared) { refusals.note($0) }
            try await house.wait(for: "\(database) refuses") { refusals.first != nil }
            await pool.close()
            let first = try #require(refusals.first)
            #expect(first.contains("permission denied for database \"\(database)\""), "\(first)")
        }
    }

    /// Tables on which the role may do nothing: a set's privileges have forgotten them.
    func tablesWithoutPrivileges() async throws -> [String] {
        try await names(
            """
            SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND NOT has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE') ORDER BY 1
            """)
    }

    func tablesWithDangerousPrivileges() async throws -> [String] {
        try await names(
            """
            SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND has_table_privilege(oid, 'TRUNCATE, REFERENCES, TRIGGER') ORDER BY 1
            """)
    }

    private func names(_ sql: SQL) async throws -> [String] {
        try await withPool(url) { pool in try await pool.query(sql).map { try $0.get(0) } }
    }
}
