import FilmClubModel
import JSON
import Postgres
import Reactor
import TestSupport
import Testing

@testable import Kafka
@testable import Messaging

@Suite("The inbox")
struct InboxTests {
    @Test("An event takes effect once, however often it comes")
    func once() async throws {
        try await World.with { world async throws in
            #expect(try await world.receive([1, 2]).applied == 2)
            #expect(try await world.receive([1, 2, 3]).dropped == 2)
            #expect(try await world.receive([3, 3]).applied == 0)
            #expect(try await world.effects() == [1, 2, 3])
        }
    }

    @Test("An early event waits in the table until the gap closes, across batches")
    func gap() async throws {
        try await World.with { world async throws in
            let report = try await world.receive([3, 2])
            #expect(report.applied == 0)
            #expect(report.gaps == 2)
            #expect(try await world.parked() == ["gap", "gap"])
            #expect(try await world.receive([1]).applied == 3)
            #expect(try await world.effects() == [1, 2, 3])
            #expect(try await world.parked().isEmpty)
        }
    }

    @Test("A gap that closes within its batch never reaches the table")
    func gapWithinBatch() async throws {
        try await World.with { world async throws in
            #expect(try await world.receive([2, 3, 1]).gaps == 0)
            #expect(try await world.effects() == [1, 2, 3])
            #expect(try await world.parked().isEmpty)
        }
    }

    @Test("A failing event is parked, its key waits behind it, every other key flows")
    func poison() async throws {
        try await World.with(failing: [2]) { world async throws in
            let report = try await world.receive([1, 2, 3, 4])
            #expect(report.applied == 1)
            #expect(report.deadLetters.map(\.sequence) == [2])
            #expect(report.deadLetters.first?.attempts == 3)
            #expect(try await world.receive([1], key: "other").applied == 1)
            #expect(try await world.parked() == ["gap", "gap", "poison"])
            #expect(try await world.effects() == [1, 1])
        }
    }

    @Test("A body that belongs under another key is not decoded")
    func misplaced() throws {
        let (mine, other) = (OrderID.generate(now: .now()), OrderID.generate(now: .now()))
        let body = OrderFulfilled(
            orderId: mine, institutionId: .generate(now: .now()), fulfilledAt: Instant(clamping: 1_000_000))
        func event(under key: String) throws -> InboxEvent {
            InboxEvent(
                topic: .orders,
                envelope: EventEnvelope(
                    id: .generate(now: .now()), source: .checkout, type: OrderFulfilled.type, subject: key,
                    time: .now(),
                    sequence: 1), body: try JSON.encode(body), origin: "test")
        }
        #expect(try event(under: mine.text).decode(OrderFulfilled.self) == body)
        #expect(throws: MisplacedEvent.self) { try event(under: other.text).decode(OrderFulfilled.self) }
    }

    @Test("A waiting event that fails when its turn comes is the one that is parked")
    func releasedPoison() async throws {
        try await World.with(failing: [2]) { world async throws in
            _ = try await world.receive([2, 3])
            let report = try await world.receive([1])
            #expect(report.applied == 1)
            #expect(report.deadLetters.map(\.sequence) == [2])
            #expect(try await world.parked() == ["gap", "poison"])
        }
    }

    @Test("Effects and watermark are committed together or not at all")
    func together() async throws {
        try await World.with(failing: [2]) { world async throws in
            _ = try await world.receive([1, 2])
            #expect(try await world.watermark() == 1)
            #expect(try await world.effects() == [1])
        }
    }

    @Test("Two consumers with one partition collide on a key's first event, and it takes effect once")
    func zombie() async throws {
        try await World.with { world async throws in
            async let first = world.receiveUntilDone([1, 2, 3])
            async let second = world.receiveUntilDone([1, 2, 3])
            let applied = try await first + second
            #expect(applied == 3)
            #expect(try await world.effects() == [1, 2, 3])
        }
    }

    @Test("A record without an envelope parks alone, once, and stops nobody")
    func unreadable() async throws {
        try await World.with { world async throws in
            let broken = InboxMessage(
                KafkaRecord(
                    topic: Topic.orders.name, partition: 0, key: [1], value: Array("\0".utf8),
                    headers: [KafkaHeader("ce_id", "\0")], offset: 7), topic: .orders)
            #expect(try await world.process([broken]).deadLetters.count == 1)
            #expect(try await world.process([broken]).deadLetters.isEmpty)
            #expect(try await world.parked() == ["unreadable"])
            #expect(try await world.receive([1]).applied == 1)
        }
    }

    @Test("A higher major version is parked and its key waits; an unknown type moves the watermark")
    func versions() async throws {
        try await World.with { world async throws in
            #expect(try await world.receive([1], type: EventType("NeverHeardOf")).applied == 1)
            let report = try await world.receive([2], type: EventType("OrderFulfilled", 9, 0))
            #expect(report.deadLetters.count == 1)
            #expect(try await world.receive([3]).gaps == 1)
            #expect(try await world.watermark() == 1)
        }
    }

    @Test("A gap that grows old is asked for, but not where only a parked event is waited for")
    func asksForGaps() async throws {
        try await World.with(failing: [2]) { world async throws in
            _ = try await world.receive([3], key: "missing")
            _ = try await world.receive([1, 2, 3], key: "poisoned")
            _ = try await world.receive([1, 2, 3, 5, 6], key: "missing-too")
            let asked = try await world.pool.query(world.inbox.store.askForGaps(olderThan: 0, pauseMax: 3_600))
            let gaps = try asked.map { try "\($0.get("key", as: String.self)) \($0.get("sequence", as: Int64.self))" }
            #expect(gaps.sorted() == ["missing 3", "missing-too 5"])
            let wanted = try await world.pool.query("SELECT key FROM relay_request ORDER BY key")
            #expect(
                try wanted.map { try $0.get("key", as: String.self) } == ["missing", "missing-too"])
        }
    }

    @Test("The pause before each further question for a gap doubles, up to a limit")
    func asksMoreSeldom() async throws {
        try await World.with { world async throws in
            _ = try await world.receive([3])
            /// As if the last question, or the parking, were so long ago.
            func ask(after seconds: Int32) async throws -> Int {
                _ = try await world.pool.query(
                    """
                    UPDATE inbox_parked SET asked_at = clock_timestamp() - make_interval(secs => \(seconds))
                    """)
                return try await world.pool.query(world.inbox.store.askForGaps(olderThan: 1_000, pauseMax: 6_000)).count
            }
            for pause: Int32 in [1_000, 2_000, 4_000, 6_000, 6_000, 6_000] {
                #expect(try await ask(after: pause - 200) == 0, "before \(pause) s")
                #expect(try await ask(after: pause + 200) == 1, "after \(pause) s")
            }
            let asks: Int32 = try await world.pool.query("SELECT asks FROM inbox_parked").one().get("asks")
            #expect(asks == 6)
        }
    }

    @Test(
        "An event that always runs into a deadline, a lock or a conflict is parked once others flow; alone it is not",
        arguments: ["57014", "55P03", "40P01"])
    func stubborn(state: String) async throws {
        try await World.with(always: state) { world async throws in
            var patience = Patience(world.inbox.limits)
            func deliver(_ messages: [InboxMessage]) async throws -> Inbox.Report {
                var report = Inbox.Report()
                do {
                    try await world.inbox.process(messages, into: &report, patience: &patience)
                } catch {
                    #expect(Inbox.mayBeItsOwn(error) || error is ComesAgain)
                }
                return report
            }
            let busy = World.message(999, topic: .films, key: "busy")
            for _ in 0..<20 { #expect(try await deliver([busy]).deadLetters.isEmpty, "it may be the database") }

            let batch = [
                busy, World.message(1, topic: .films, key: "good"), World.message(2, topic: .films, key: "good"),
            ]
            var parked: [ParkedMessage] = []
            var deliveries = 0
            while parked.isEmpty, deliveries < 100 {
                deliveries += 1
                parked = try await deliver(batch).deadLetters
            }
            #expect(parked.map(\.key) == ["busy"])
            #expect(deliveries >= Int(world.inbox.limits.stubbornAttemptsMax))
            #expect(try await world.effects() == [1, 2], "the others took effect, once")
            #expect(try await deliver(batch).deadLetters.isEmpty)
        }
    }

    @Test("What was deleted before the consumer could read it is asked for, once for each cut")
    func cut() async throws {
        try await World.with { world async throws in
            func ask(firstOffset: Int64, cluster: String = "one") async throws -> [String] {
                let cuts = (Int32(0)..<2).map { partition in
                    KafkaAssignment(
                        partition: KafkaTopicPartition(topic: Topic.orders.name, partition: partition), committed: nil,
                        low: firstOffset, high: 9)
                }
                _ = try await world.pool.query(world.inbox.store.ask(behind: cuts, cluster: cluster))
                return try await world.pool.query("DELETE FROM relay_request RETURNING topic || ' ' || key AS asked")
                    .map {
                        try $0.get("asked")
                    }
            }
            let everything = ["\(Topic.orders.name) *"]
            #expect(try await ask(firstOffset: 3) == everything)
            #expect(try await ask(firstOffset: 3) == [])
            #expect(try await ask(firstOffset: 4) == everything)
            #expect(try await ask(firstOffset: 4, cluster: "two") == everything)
        }
    }

    @Test("Keys of the same name in two topics are two keys, also within a batch")
    func twoTopics() async throws {
        try await World.with { world async throws in
            let messages = [
                World.message(2, topic: .entitlements), World.message(1), World.message(2),
            ]
            let report = try await world.process(messages)
            #expect(report.applied == 2)
            #expect(report.gaps == 1)
            #expect(try await world.parked() == ["gap"])
        }
    }

    @Test("A message that cannot be read, but was overtaken already, is not parked again")
    func overtaken() async throws {
        try await World.with { world async throws in
            let newer = World.message(1, topic: .films, type: EventType("FilmChanged", 9, 0))
            #expect(try await world.process([newer]).deadLetters.count == 1)
            #expect(try await world.process([World.message(2, topic: .films)]).applied == 1)
            #expect(try await world.process([newer]).deadLetters.isEmpty)
            #expect(try await world.parked().isEmpty)
        }
    }

    @Test("What is parked is reported, also when the database stumbles over an event behind it")
    func parkedBeforeStumble() async throws {
        try await World.with(failing: [1]) { world async throws in
            var report = Inbox.Report()
            let messages = [
                World.message(2, topic: .films, key: "good"), World.message(1, topic: .films, key: "bad"),
                World.message(999, topic: .films, key: "busy"),
            ]
            await #expect(throws: PostgresError.self) {
                try await world.process(messages, into: &report)
            }
            #expect(report.deadLetters.map(\.key) == ["bad"])
            #expect(report.applied == 1)
        }
    }

    @Test("A failure whose text PostgreSQL cannot hold is parked all the same")
    func unstorableFailure() async throws {
        try await World.with(failing: [1], saying: "nul \0 " + String(repeating: "long", count: 10_000)) {
            world async throws in
            #expect(try await world.receive([1]).deadLetters.count == 1)
            #expect(try await world.parked() == ["poison"])
        }
    }
}

/// A database, and a handler that writes down each sequence it is given.
private struct World: Sendable {
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
        _ body: (World) async throws -> Void
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
            try await body(World(pool: pool, inbox: inbox))
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
