internal import Messaging
public import Postgres

/// The schema of the catalog's database, behind that of Messaging.
public enum CatalogMigrations {
    public static let all: [MigrationSet] = [
        idempotencyMigrations, auditMigrations,
        MigrationSet(
            name: "catalog", files: [(name: "0001_catalog.sql", bytes: PackageResources._001_catalog_sql)],
            privileges: [.kept("films"), .kept("programmes"), .onlyRow("catalog_revision")]),
        MigrationSet(
            name: "catalog_imports", files: [(name: "0001_imports.sql", bytes: PackageResources._001_imports_sql)],
            privileges: [.passing("import_runs"), .passing("import_parts"), .passing("import_items")]),
        MigrationSet(
            name: "catalog_search",
            files: [
                (name: "0001_search.sql", bytes: PackageResources._001_search_sql),
                (name: "0002_facets.sql", bytes: PackageResources._002_facets_sql),
                (name: "0003_words.sql", bytes: PackageResources._003_words_sql),
            ],
            privileges: [.appendOnly("search_words"), .appendOnly("search_shortened"), .kept("facet_labels")]),
    ]
}
