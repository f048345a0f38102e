internal import Kafka
internal import Postgres
internal import ServiceShell

/// What an operator sees of what waits.
struct VitalsMeters: Sendable {
    private let outbox: Gauge
    private let outboxOldest: Gauge
    private let leaseRemaining: Gauge
    private let leaseEpoch: Gauge
    private let isHolder: Gauge
    private let parked: MetricFamily<Gauge>
    private let parkedOldest: MetricFamily<Gauge>
    private let lag: Gauge
    private let partitionLag: MetricFamily<Gauge>
    private let partitions: Gauge
    private let connections: MetricFamily<Gauge>
    private let waiting: Gauge

    init(_ metrics: Metrics) {
        outbox = metrics.gauge(
            "filmclub_outbox_events", help: "Committed events that the broker has not acknowledged, 10,000 at most.")
        outboxOldest = metrics.gauge("filmclub_outbox_oldest_seconds", help: "Age of the oldest of them.")
        leaseRemaining = metrics.gauge(
            "filmclub_relay_lease_remaining_seconds",
            help: "Until the relay's lease runs out; below 0 no process of the service publishes.")
        leaseEpoch = metrics.gauge("filmclub_relay_epoch", help: "How often the relay's lease was taken.")
        isHolder = metrics.gauge("filmclub_relay_holder", help: "1 where this process holds the relay's lease.")
        parked = metrics.gauge(
            "filmclub_inbox_parked", labels: ["reason"],
            help: "Messages in the table of parked ones: gap (waits for an earlier one), poison, unreadable.")
        parkedOldest = metrics.gauge(
            "filmclub_inbox_parked_oldest_seconds", labels: ["reason"], help: "Since when the oldest of them is parked."
        )
        lag = metrics.gauge(
            "filmclub_consumer_lag_records", help: "Records of this process's partitions that it has not read yet.")
        partitionLag = metrics.gauge(
            "filmclub_consumer_partition_lag_records", labels: ["topic", "partition"],
            help: "The same, a partition; those of other processes are told by them.")
        connections = metrics.gauge(
            "filmclub_database_connections", labels: ["state"],
            help: "Connections to the database: idle, in_use, or connecting.")
        waiting = metrics.gauge(
            "filmclub_database_waiting", help: "Callers that wait for a connection to the database.")
        partitions = metrics.gauge(
            "filmclub_consumer_partitions", help: "Partitions of this process of whose end something is known.")
    }

    func show(_ lease: VitalsStore.Lease, isHolder: Bool) {
        leaseRemaining.set(lease.remainingSeconds)
        leaseEpoch.set(Double(lease.epoch))
        self.isHolder.set(isHolder ? 1 : 0)
    }

    func show(_ backlog: VitalsStore.Backlog, _ parked: [ParkReason: (count: Int64, oldestSeconds: Double)]) {
        outbox.set(Double(backlog.events))
        outboxOldest.set(max(0, backlog.oldestSeconds))
        for reason in ParkReason.allCases {
            self.parked.with(reason.rawValue).set(Double(parked[reason]?.count ?? 0))
            parkedOldest.with(reason.rawValue).set(max(0, parked[reason]?.oldestSeconds ?? 0))
        }
    }

    func show(_ lag: [KafkaLag]) {
        self.lag.set(Double(lag.reduce(0) { $0 + $1.records }))
        partitions.set(lag.count)
        let series = lag.map { [$0.partition.topic, String($0.partition.partition)] }
        partitionLag.retain(Set(series))
        for (labels, one) in zip(series, lag) { partitionLag.with(labels[0], labels[1]).set(Double(one.records)) }
    }

    func show(_ pool: PostgresPool.Statistics) {
        connections.with("idle").set(pool.idle)
        connections.with("in_use").set(pool.leased)
        connections.with("connecting").set(pool.connections - pool.idle - pool.leased)
        waiting.set(pool.waiting)
    }
}
