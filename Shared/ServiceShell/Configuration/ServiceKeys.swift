/// Settings that several services have alike, so that they are called alike; a service lists those it reads.
public enum ServiceKeys {
    public static let databaseURL = ConfigurationKey(
        "DATABASE_URL", .text, secret: true,
        help: "The service's own PostgreSQL database: a postgresql:// URL or a libpq connection string.")
    public static let migrationDatabaseURL = ConfigurationKey(
        optional: "MIGRATION_DATABASE_URL", .text, secret: true,
        help: "The same database as the role that owns its schema, used at the start only: to migrate, and to grant "
            + "DATABASE_URL's role what it needs. Without it that role migrates itself.")
    public static let databaseConnectionsMax = ConfigurationKey(
        "DATABASE_CONNECTIONS_MAX", .integer(in: 1...200), default: 8,
        help: "Connections to the database at the most.")
    public static let databaseIdleMax = ConfigurationKey(
        "DATABASE_IDLE_MAX", .duration(in: .seconds(1)...(.seconds(3_600))), default: .seconds(60),
        help: "How long a connection to the database lives that nobody needs; one is kept.")
    public static let httpHost = ConfigurationKey(
        "HTTP_HOST", .text, default: "127.0.0.1", help: "Address that the service's interface is served on.")
    public static let publicBaseURL = ConfigurationKey(
        optional: "PUBLIC_BASE_URL", .url(),
        help: "Where clients reach this service, for the addresses in its answers.")

    /// The port's default is the service's own.
    public static func httpPort(default port: Int) -> ConfigurationKey<Int> {
        ConfigurationKey(
            "HTTP_PORT", .integer(in: 0...65_535), default: port,
            help: "Port of the service's interface; 0 takes any free one and logs it.")
    }
}
