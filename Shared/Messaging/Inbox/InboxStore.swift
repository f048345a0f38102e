internal import FilmClubModel
internal import Kafka
internal import Postgres

/// The inbox's SQL, within the transaction of the effects.
struct InboxStore: Sendable {
    let consumer: String

    /// What is known of some keys: watermark, what waits, what blocks.
    struct Ledger: Sendable {
        var admissions: [TopicKey: KeyAdmission] = [:]
        var waiting: [TopicKey: [Int64: InboxEvent]] = [:]
        /// Keys that have a watermark; the others' first one is inserted.
        var known: Set<TopicKey> = []
        /// Keys under which something is parked.
        var parked: Set<TopicKey> = []

        /// Judges as if nothing waited in the table.
        mutating func ignoreWaiting() {
            waiting = [:]
            for key in admissions.keys { admissions[key]?.ignoreWaiting() }
        }
    }

    /// Locks the keys' watermarks, in order, and reads what is parked under them.
    func load(_ keys: Set<TopicKey>, in transaction: PostgresTransaction) async throws -> Ledger {
        let sorted = keys.sorted()
        let wanted: SQL = "unnest(\(sorted.map(\.topic.name)), \(sorted.map(\.key))) AS wanted (topic, key)"
        let results = try await transaction.unit([
            """
            /* lockWatermarks */
            SELECT topic, key, sequence FROM inbox_watermark
            JOIN \(sql: wanted) USING (topic, key)
            WHERE consumer = \(consumer) ORDER BY topic, key FOR UPDATE OF inbox_watermark
            """,
            """
            /* readParked */
            SELECT topic, key, sequence, reason, headers, body, origin FROM inbox_parked
            JOIN \(sql: wanted) USING (topic, key)
            WHERE consumer = \(consumer)
            """,
        ])
        var ledger = Ledger()
        var watermarks: [TopicKey: Int64] = [:]
        let topics = Dictionary(keys.map { ($0.topic.name, $0.topic) }, uniquingKeysWith: { first, _ in first })
        func topicKey(_ row: Row) throws -> TopicKey? {
            let key: String = try row.get("key")
            return topics[try row.get("topic", as: String.self)].map { TopicKey(topic: $0, key: key) }
        }
        for row in results[0] {
            guard let key = try topicKey(row) else { continue }
            watermarks[key] = try row.get("sequence")
            ledger.known.insert(key)
        }
        var blocked: [TopicKey: Set<Int64>] = [:]
        for row in results[1] {
            guard let key = try topicKey(row) else { continue }
            ledger.parked.insert(key)
            let sequence: Int64 = try row.get("sequence")
            if try row.get("reason", as: String.self) == ParkReason.gap.rawValue {
                ledger.waiting[key, default: [:]][sequence] = try ParkedMessage.event(row, topic: key.topic)
            } else {
                blocked[key, default: []].insert(sequence)
            }
        }
        for key in keys {
            ledger.admissions[key] = KeyAdmission(
                kind: key.topic.kind, watermark: watermarks[key] ?? 0,
                waiting: Set((ledger.waiting[key] ?? [:]).keys), blocked: blocked[key] ?? [])
        }
        return ledger
    }

    /// The statements that close a batch: watermarks of `moved` to where the ledger's admissions stand, what has
    /// left the parked table, and what enters it.
    ///
    /// A key's first watermark is a plain insert. Two consumers that both believe to hold its partition (one was
    /// stopped and continued) collide on it, and the second one's whole batch is undone and judged anew.
    func close(_ ledger: Ledger, moved: Set<TopicKey>, parking: [ParkedMessage]) -> [SQL] {
        func columns(_ keys: [TopicKey]) -> SQL {
            let sequences = keys.map { ledger.admissions[$0]?.watermark ?? 0 }
            return "unnest(\(keys.map(\.topic.name)), \(keys.map(\.key)), \(sequences))"
        }
        let first = moved.subtracting(ledger.known).sorted()
        let later = moved.intersection(ledger.known).sorted()
        var statements: [SQL] = []
        if !first.isEmpty {
            statements.append(
                """
                /* insertWatermarks */
                INSERT INTO inbox_watermark (consumer, topic, key, sequence)
                SELECT \(consumer), * FROM \(sql: columns(first))
                """)
        }
        if !later.isEmpty {
            statements.append(
                """
                /* moveWatermarks */
                UPDATE inbox_watermark SET sequence = moved.sequence, applied_at = clock_timestamp()
                FROM \(sql: columns(later)) AS moved (topic, key, sequence)
                WHERE consumer = \(consumer) AND inbox_watermark.topic = moved.topic
                  AND inbox_watermark.key = moved.key
                """)
        }
        let released = moved.filter { ledger.parked.contains($0) }.sorted()
        if !released.isEmpty {
            statements.append(
                """
                /* releaseParked */
                DELETE FROM inbox_parked USING \(sql: columns(released)) AS moved (topic, key, sequence)
                WHERE consumer = \(consumer) AND inbox_parked.topic = moved.topic
                  AND inbox_parked.key = moved.key AND inbox_parked.sequence <= moved.sequence
                """)
        }
        if !parking.isEmpty { statements.append(park(parking)) }
        return statements
    }

    /// Parks what is not parked yet, and not done with: yields the origin of each that was.
    func park(_ messages: [ParkedMessage]) -> SQL {
        """
        /* parkMessages */
        INSERT INTO inbox_parked (consumer, topic, key, sequence, reason, detail, attempts, headers, body, origin)
        SELECT \(consumer), topic, key, sequence, reason, detail, attempts, headers::json, body, origin
        FROM unnest(
            \(messages.map(\.topic.name)), \(messages.map(\.key)), \(messages.map(\.sequence)),
            \(messages.map(\.reason.rawValue)), \(messages.map(\.detail)), \(messages.map(\.attempts)),
            \(messages.map(\.headers)), \(messages.map { Bytea($0.body) }), \(messages.map(\.origin))
        ) AS message (topic, key, sequence, reason, detail, attempts, headers, body, origin)
        WHERE NOT EXISTS (
            SELECT FROM inbox_watermark AS done
            WHERE done.consumer = \(consumer) AND done.topic = message.topic AND done.key = message.key
              AND done.sequence >= message.sequence)
        ON CONFLICT DO NOTHING
        RETURNING origin
        """
    }

    /// Parks an event that failed for good; one that waited in the table stays there with the new reason.
    func parkPoison(_ message: ParkedMessage) -> SQL {
        """
        /* parkPoison */
        WITH waited AS (
            UPDATE inbox_parked
            SET reason = \(message.reason.rawValue), detail = \(message.detail), attempts = \(message.attempts)
            WHERE consumer = \(consumer) AND topic = \(message.topic.name) AND key = \(message.key as String?)
              AND sequence = \(message.sequence as Int64?)
            RETURNING 1
        )
        INSERT INTO inbox_parked (consumer, topic, key, sequence, reason, detail, attempts, headers, body, origin)
        SELECT \(consumer), \(message.topic.name), \(message.key as String?), \(message.sequence as Int64?), \(message.reason.rawValue),
               \(message.detail), \(message.attempts), \(message.headers)::json, \(Bytea(message.body)), \(message.origin)
        WHERE NOT EXISTS (SELECT FROM waited)
        """
    }

    /// Asks for what is missing before events that have waited for `seconds`; again after twice as long each time, up to
    /// `pauseMax`. The event that comes first behind a gap asks: where its predecessor is parked too, whatever for,
    /// nothing is missing before it. Yields how often each has been asked for.
    func askForGaps(olderThan seconds: Int32, pauseMax: Int32) -> SQL {
        """
        /* askForGaps */
        WITH due AS (
            UPDATE inbox_parked AS waiting SET asked_at = clock_timestamp(), asks = asks + 1
            WHERE consumer = \(consumer) AND reason = 'gap'
              AND coalesce(asked_at, parked_at) < clock_timestamp()
                - make_interval(secs => least(\(pauseMax)::float8, \(seconds)::float8 * 2.0 ^ least(asks, 30)))
              AND NOT EXISTS (
                SELECT FROM inbox_parked AS predecessor
                WHERE predecessor.consumer = waiting.consumer AND predecessor.topic = waiting.topic
                  AND predecessor.key = waiting.key AND predecessor.sequence = waiting.sequence - 1)
            RETURNING topic, key, sequence, asks
        ), asked AS (
            INSERT INTO relay_request (topic, key) SELECT DISTINCT topic, key FROM due
            ON CONFLICT (topic, key) DO NOTHING
        )
        SELECT topic, key, sequence, asks FROM due
        """
    }

    /// Longer ones than the connection's own, for the rest of a transaction.
    static func deadline(_ deadline: Duration) -> SQL {
        let text = "\(deadline.components.seconds)s"
        return "SELECT set_config('statement_timeout', \(text), true), set_config('lock_timeout', \(text), true)"
    }

    /// Records of these partitions were deleted before the consumer could read them: it asks for every key of their
    /// topics, once for each cut. A cut is known by its cluster and the first offset behind it.
    func ask(behind cuts: [KafkaAssignment], cluster: String) -> SQL {
        """
        /* askBehindCuts */
        WITH new AS (
            INSERT INTO inbox_cut AS known (consumer, topic, partition, cluster_id, first_offset)
            SELECT \(consumer), topic, partition, \(cluster), first_offset FROM unnest(
                \(cuts.map(\.partition.topic)), \(cuts.map(\.partition.partition)), \(cuts.map(\.low))
            ) AS cut (topic, partition, first_offset)
            ON CONFLICT (consumer, topic, partition) DO UPDATE
            SET cluster_id = excluded.cluster_id, first_offset = excluded.first_offset, found_at = clock_timestamp()
            WHERE (known.cluster_id, known.first_offset) <> (excluded.cluster_id, excluded.first_offset)
            RETURNING topic
        )
        INSERT INTO relay_request (topic, key) SELECT DISTINCT topic, \(EventLog.everyKey) FROM new
        ON CONFLICT (topic, key) DO NOTHING
        """
    }
}
