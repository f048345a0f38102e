internal import Messaging
public import Postgres

/// The schema of checkout's database, in order.
public enum CheckoutMigrations {
    public static let all: [MigrationSet] = [
        messagingMigrations,
        MigrationSet(
            name: "checkout", files: [(name: "0001_checkout.sql", bytes: PackageResources._001_checkout_sql)]),
    ]
}
