internal import Messaging
internal import Postgres

/// What cart adds to the schema that every service's database begins with.
enum CartMigrations {
    static let all: [MigrationSet] = [
        idempotencyMigrations,
        MigrationSet(
            name: "cart", files: [(name: "0001_cart.sql", bytes: PackageResources._001_cart_sql)],
            privileges: [
                .kept("carts"), .passing("cart_films"), .kept("film_projection"), .kept("programme_projection"),
                .kept("institution_projection"),
            ]),
    ]
}
