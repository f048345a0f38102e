internal import Messaging
public import Postgres

/// The schema of the catalog's database, in order.
public enum CatalogMigrations {
    public static let all: [MigrationSet] = [
        messagingMigrations,
        MigrationSet(name: "catalog", files: [(name: "0001_catalog.sql", bytes: PackageResources._001_catalog_sql)]),
    ]
}
