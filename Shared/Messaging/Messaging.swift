public import Kafka
public import Postgres
public import ServiceShell

/// The tables of this module; every service applies them before its own.
public let messagingMigrations = MigrationSet(
    name: "messaging",
    files: [
        (name: "0001_messaging.sql", bytes: PackageResources._001_messaging_sql),
        (name: "0002_inbox_cut.sql", bytes: PackageResources._002_inbox_cut_sql),
        (name: "0003_gap_asks.sql", bytes: PackageResources._003_gap_asks_sql),
        (name: "0004_inbox_position.sql", bytes: PackageResources._004_inbox_position_sql),
    ],
    privileges: [
        .appendOnly("event_log"), .sequence("event_number"), .onlyRow("event_incarnation"), .onlyRow("relay_cursor"),
        .passing("relay_request"), .kept("relay_asked"), .kept("inbox_watermark"), .passing("inbox_parked"),
        .kept("inbox_cut"), .kept("inbox_position"),
    ])

/// The table of `IdempotentAnswers`, for the services that create things on request.
public let idempotencyMigrations = MigrationSet(
    name: "idempotency", files: [(name: "0001_idempotency.sql", bytes: PackageResources._001_idempotency_sql)],
    privileges: [.appendOnly("idempotency_keys")])

/// The table of `OperatorCall`, for the services at which operators do things.
public let auditMigrations = MigrationSet(
    name: "audit", files: [(name: "0001_audit.sql", bytes: PackageResources._001_audit_sql)],
    privileges: [.appendOnly("audit_log")])

extension Log {
    /// What a Kafka client tells besides its results.
    public func kafka(_ event: KafkaEvent) {
        switch event {
        case .log(let level, let facility, let message):
            let fields: LogFields = ["facility": .text(facility), "message": .text(message)]
            // The embedded broker answers an old version of the metadata request, which librdkafka tells every time.
            level <= 4 && facility != "AUTOCREATE" ? warning("kafka.log", fields) : debug("kafka.log", fields)
        case .statistics: break
        case .failure(let error): warning("kafka.failure", [.error: .error(error)])
        case .brokersDown: warning("kafka.brokers.down")
        case .renewed(let error): warning("kafka.client.renewed", [.error: .error(error)])
        case .clusterChanged(let from, let to):
            warning("kafka.cluster.changed", ["from": .text(from), "to": .text(to)])
        case .assigned(let partitions): info("kafka.assigned", ["partitions": .count(partitions.count)])
        case .revoked(let partitions): info("kafka.revoked", ["partitions": .count(partitions.count)])
        }
    }

    /// What happens to database connections besides the results of statements.
    public func postgres(_ event: PostgresEvent) {
        switch event {
        case .connected: debug("postgres.connected")
        case .connectFailed(let error, let pause):
            warning("postgres.connect.failed", [.error: .error(error), "retry_after_ms": .milliseconds(pause)])
        // Ours to close: idle for long, or given back in the middle of its work, which is told apart.
        case .connectionLost(let error) where error.kind == .closed:
            debug("postgres.connection.closed", [.error: .error(error)])
        case .connectionLost(let error): warning("postgres.connection.lost", [.error: .error(error)])
        case .leaseReturnedInTransaction: error("postgres.lease.unfinished")
        case .notice(let severity, let state, _):
            debug("postgres.notice", ["severity": .text(severity), "sqlstate": .text(state)])
        }
    }
}
