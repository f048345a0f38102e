import FilmClubModel
import Kafka
import Postgres
import TestSupport

@testable import Messaging

/// A database, and a handler that writes down each sequence it is given.
struct InboxWorld: Sendable {
    let pool: PostgresPool
    let inbox: Inbox

    private struct Handler: EventHandler {
        /// The database is busy with this one, always.
        static let busySequence: Int64 = 999
        let failing: Set<Int64>
        let failure: String
        let busyState: String

        func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
            for event in events {
                if event.envelope.sequence == Self.busySequence {
                    _ = try await transaction.query("SELECT raise_state(\(busyState))")
                }
                guard !failing.contains(event.envelope.sequence) else { throw Poisoned(description: failure) }
                _ = try await transaction.query("INSERT INTO effect (sequence) VALUES (\(event.envelope.sequence))")
            }
        }
    }

    private struct Poisoned: Error, CustomStringConvertible {
        let description: String
    }

    static func with(
        failing: Set<Int64> = [], saying failure: String = "it fails", always busyState: String = "40001",
        _ body: (InboxWorld) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            try await Migrations.apply([messagingMigrations], with: pool)
            _ = try await pool.query(
                "CREATE TABLE effect (number bigint GENERATED ALWAYS AS IDENTITY, sequence bigint NOT NULL)")
            _ = try await pool.query(
                """
                CREATE FUNCTION raise_state(state text) RETURNS void LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = state; END $$
                """)
            var limits = InboxLimits()
            limits.attemptsMax = 3
            limits.retryPause = .milliseconds(1)
            let inbox = Inbox(
                store: InboxStore(consumer: "test"), pool: pool,
                handler: Handler(failing: failing, failure: failure, busyState: busyState), limits: limits,
                loop: database.loop)
            try await body(InboxWorld(pool: pool, inbox: inbox))
        }
    }

    func process(_ messages: [InboxMessage]) async throws -> Inbox.Report {
        var report = Inbox.Report()
        try await process(messages, into: &report)
        return report
    }

    func process(_ messages: [InboxMessage], into report: inout Inbox.Report) async throws {
        var patience = Patience(inbox.limits)
        try await inbox.process(messages, into: &report, patience: &patience)
    }

    func receive(
        _ sequences: [Int64], key: String = "key", type: EventType = OrderFulfilled.type
    ) async throws -> Inbox.Report {
        try await process(sequences.map { Self.message($0, key: key, type: type) })
    }

    /// As a consumer does: what will pass by itself is tried again.
    func receiveUntilDone(_ sequences: [Int64]) async throws -> Int {
        while true {
            do {
                return try await receive(sequences).applied
            } catch {
                if !Inbox.passesByItself(error) { throw error }
            }
        }
    }

    static func message(
        _ sequence: Int64, topic: Topic = .orders, key: String = "key", type: EventType = OrderFulfilled.type
    ) -> InboxMessage {
        let envelope = EventEnvelope(
            id: .generate(now: .now()), source: .checkout, type: type, subject: key, time: .now(), sequence: sequence)
        return InboxMessage(
            KafkaRecord(
                topic: topic.name, partition: 0, key: Array(key.utf8), value: Array("{}".utf8),
                headers: envelope.headers.map { KafkaHeader($0.name, $0.value) }, offset: sequence),
            topic: topic)
    }

    func effects() async throws -> [Int64] {
        try await pool.query("SELECT sequence FROM effect ORDER BY number").map { try $0.get("sequence") }
    }

    func parked() async throws -> [String] {
        try await pool.query("SELECT reason FROM inbox_parked ORDER BY reason").map { try $0.get("reason") }
    }

    func watermark() async throws -> Int64 {
        try await pool.query("SELECT sequence FROM inbox_watermark").one().get("sequence")
    }
}
