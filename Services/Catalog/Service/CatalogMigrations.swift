public import Postgres

/// The schema of the catalog's database, behind that of Messaging.
public enum CatalogMigrations {
    public static let all: [MigrationSet] = [
        MigrationSet(
            name: "catalog", files: [(name: "0001_catalog.sql", bytes: PackageResources._001_catalog_sql)],
            privileges: [.kept("films"), .kept("programmes"), .onlyRow("catalog_revision")])
    ]
}
