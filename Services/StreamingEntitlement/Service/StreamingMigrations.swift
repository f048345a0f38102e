internal import Messaging
internal import Postgres

/// What streaming adds to the schema that every service's database begins with.
enum StreamingMigrations {
    static let all: [MigrationSet] = [
        idempotencyMigrations, auditMigrations,
        MigrationSet(
            name: "streaming",
            files: [
                (name: "0001_streaming.sql", bytes: PackageResources._001_streaming_sql),
                (name: "0002_line_once.sql", bytes: PackageResources._002_line_once_sql),
            ],
            privileges: [
                .kept("institution_projection"), .kept("media"), .kept("orders"), .kept("entitlements"),
                .kept("sessions"),
            ]),
    ]
}
