internal import FilmClubModel
internal import Kafka
internal import ServiceShell

extension Relay {
    /// For an operator: trouble that has lasted for longer than `trouble`.
    func condition(trouble: Duration) -> HealthCheck.Status {
        if let sendBegunAt, ContinuousClock.now - sendBegunAt > trouble {
            return .degraded("The broker has not acknowledged what was published for more than \(trouble).")
        }
        if let failingSince, ContinuousClock.now - failingSince > trouble {
            return .degraded("Publishing has failed for more than \(trouble).")
        }
        return .ready
    }
}

extension EventConsumer {
    func condition(trouble: Duration) -> HealthCheck.Status {
        if let failingSince, ContinuousClock.now - failingSince > trouble {
            return .degraded("Reading or applying events has failed for more than \(trouble).")
        }
        return hasAssignment ? .ready : .degraded("The group has given this process no partitions yet.")
    }

    /// As the last fetches' answers tell it.
    func lag() async -> [KafkaLag] { await consumer?.lag() ?? [] }

    /// Whether everything that this process's partitions hold now has had its effect. Asks the broker.
    func caughtUp(within limit: Duration) async -> HealthCheck.Status {
        guard let consumer, hasAssignment else {
            return .notReady("The group has given this process no partitions yet.")
        }
        do {
            let behind = try await consumer.assignment(within: limit).reduce(0) { sum, partition in
                sum + max(0, partition.high - max(partition.committed ?? 0, partition.low))
            }
            guard hasAssignment else { return .notReady("The group is giving out the partitions anew.") }
            guard clusterRead != nil else {
                return .notReady("What the database has is still to be compared with what the group has committed.")
            }
            return behind == 0 ? .ready : .notReady("\(behind) records wait to be read.")
        } catch {
            return .notReady("The broker cannot be asked.")
        }
    }
}
