internal import Kafka
internal import Postgres

/// How far the database itself has taken partitions in, and what follows where the group says more.
///
/// PostgreSQL is the only truth: offsets may lag behind the effects and never lead them. A group's offsets lead where
/// the database was made anew, or restored from an older copy, while the broker kept them; a state topic then never
/// tells again what was missed. So each database keeps its own positions, and where the group has committed more than
/// they say, reading begins at what they say; where they say nothing, at the beginning. Positions are noted after the
/// group's commit, without waiting for the disk: they may lag, and what is then read twice is dropped by its watermark.
struct PositionStore: Sendable {
    let group: String

    typealias Offsets = [KafkaTopicPartition: Int64]

    /// What is noted of this group on `cluster`; positions of another cluster say nothing.
    func positions(on cluster: String, _ pool: PostgresPool) async throws -> Offsets {
        let rows = try await pool.query(
            """
            /* readPositions */
            SELECT topic, partition, next_offset FROM inbox_position
            WHERE consumer_group = \(group) AND cluster_id = \(cluster)
            """)
        var positions: Offsets = [:]
        for row in rows {
            positions[KafkaTopicPartition(topic: try row.get("topic"), partition: try row.get("partition"))] =
                try row.get("next_offset", as: Int64.self)
        }
        return positions
    }

    func note(_ stretches: [KafkaBatch.Stretch], on cluster: String) -> SQL {
        """
        /* notePositions */
        WITH unsynced AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
        INSERT INTO inbox_position (consumer_group, topic, partition, cluster_id, next_offset)
        SELECT \(group), topic, partition, \(cluster), last_offset + 1 FROM unsynced, unnest(
            \(stretches.map(\.partition.topic)), \(stretches.map(\.partition.partition)), \(stretches.map(\.lastOffset))
        ) AS stretch (topic, partition, last_offset)
        ORDER BY topic, partition
        ON CONFLICT (consumer_group, topic, partition) DO UPDATE
        SET cluster_id = excluded.cluster_id, next_offset = excluded.next_offset
        """
    }

    /// Where reading must begin although the group stands further. Nothing that the broker still holds is skipped, and
    /// a partition of which it holds nothing is left as it is.
    static func leading(_ partitions: [KafkaAssignment], beyond positions: Offsets) -> Offsets {
        var offsets: Offsets = [:]
        for partition in partitions {
            guard let committed = partition.committed else { continue }
            let known = max(positions[partition.partition] ?? 0, partition.low)
            if known < committed, known < partition.high { offsets[partition.partition] = known }
        }
        return offsets
    }

    /// Partitions from which records were deleted that this database has not taken in.
    static func cut(_ partitions: [KafkaAssignment], behind positions: Offsets) -> [KafkaAssignment] {
        partitions.filter { $0.low > min($0.committed ?? 0, positions[$0.partition] ?? 0) }
    }
}
