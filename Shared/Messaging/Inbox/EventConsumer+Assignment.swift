internal import FilmClubModel
internal import Kafka
internal import Postgres
internal import ServiceShell

/// What is looked at when the group gives out its partitions.
extension EventConsumer {
    /// What the Kafka consumer tells besides its batches, on the loop.
    func hear(_ event: KafkaEvent, life: Int) {
        guard life == self.life, let consumer, !isStopping else { return }
        switch event {
        case .assigned:
            clientIsNew = false
            hasAssignment = true
            look(with: consumer)
        case .revoked: hasAssignment = false
        case .renewed:
            clientIsNew = true
            hasAssignment = false
        case .clusterChanged where !clientIsNew:
            // The positions in hand are the old cluster's. Begin anew, also when nothing comes: on the new one they
            // may lie beyond records that we have not read.
            log.warning("consumer.reopened")
            closing = Task { await consumer.close(within: limits.backOffMax) }
        default: break
        }
    }

    /// Looks what the group's partitions hold, beside the reading; a look that fails is taken again.
    private func look(with consumer: KafkaConsumer) {
        lookHasFailed = false
        clusterRead = nil
        looking = Task { try await self.compare(consumer) }
    }

    func lookAgainIfFailed() {
        guard lookHasFailed, let consumer, !isStopping else { return }
        look(with: consumer)
    }

    /// Before the first commit, after which nobody could tell whether the group had begun behind a cut, or ahead of
    /// the database.
    func finishLooking(_ consumer: KafkaConsumer) async throws {
        guard let looking else { return }
        do {
            try await looking.value
            if self.looking == looking { self.looking = nil }
        } catch {
            if self.looking == looking { look(with: consumer) }
            throw error
        }
    }

    /// Compares what the database has taken in with what the group has committed and the broker holds. Requests to
    /// publish again are hints: whoever still misses something asks again.
    private func compare(_ consumer: KafkaConsumer) async throws {
        let life = life
        do {
            let partitions = try await consumer.assignment().filter { $0.partition.topic != Topic.republish.name }
            let cluster = try await consumer.clusterID()
            let known = try await positions.positions(on: cluster, pool)
            let cuts = PositionStore.cut(partitions, behind: known)
            if !cuts.isEmpty, try await pool.query(inbox.store.ask(behind: cuts, cluster: cluster)).affected > 0 {
                log.warning("inbox.records_missing", ["partitions": .count(cuts.count)])
                applied()
            }
            let leading = PositionStore.leading(partitions, beyond: known)
            if !leading.isEmpty {
                log.warning("inbox.offsets_lead", ["partitions": .count(leading.count)])
                try await consumer.seek(to: leading)
            }
            if life == self.life { clusterRead = cluster }
        } catch {
            if life == self.life { lookHasFailed = true }
            log.warning("inbox.assignment.failed", [.error: .error(error)])
            throw error
        }
    }

    /// The batch's effects and its offsets are committed. A note that gets lost costs a second reading.
    func note(_ batch: KafkaBatch) async {
        let stretches = batch.stretches.filter { $0.partition.topic != Topic.republish.name }
        guard let cluster = clusterRead, !stretches.isEmpty else { return }
        do {
            _ = try await pool.query(positions.note(stretches, on: cluster))
        } catch {
            log.warning("inbox.position.failed", [.error: .error(error)])
        }
    }
}
