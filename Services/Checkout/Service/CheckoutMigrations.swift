internal import Messaging
public import Postgres

/// The schema of checkout's database, behind that of Messaging.
public enum CheckoutMigrations {
    public static let all: [MigrationSet] = [
        idempotencyMigrations, auditMigrations,
        MigrationSet(
            name: "checkout", files: [(name: "0001_checkout.sql", bytes: PackageResources._001_checkout_sql)],
            privileges: [
                .kept("institutions"), .kept("film_projection"), .kept("programme_projection"), .kept("orders"),
                .appendOnly("order_lines"), .sequence("order_number"),
            ]),
        MigrationSet(
            name: "pricing", files: [(name: "0001_pricing.sql", bytes: PackageResources._001_pricing_sql)],
            privileges: [.onlyRow("tax_table"), .kept("grant_cycles"), .kept("grants"), .kept("quotes")]),
        MigrationSet(
            name: "billing", files: [(name: "0001_billing.sql", bytes: PackageResources._001_billing_sql)],
            privileges: [
                .kept("invoice_series"), .appendOnly("billing_documents"), .kept("invoice_standing"),
                .appendOnly("payments"), .appendOnly("ledger_entries"),
            ]),
        MigrationSet(
            name: "institutions",
            files: [(name: "0001_institutions.sql", bytes: PackageResources._001_institutions_sql)],
            privileges: [.appendOnly("institution_verifications"), .kept("operator_tasks")]),
    ]
}
