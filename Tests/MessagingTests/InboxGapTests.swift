import FilmClubModel
import Postgres
import TestSupport
import Testing

@testable import Kafka
@testable import Messaging

@Suite("Gaps before the inbox")
struct InboxGapTests {
    @Test("An early event waits in the table until the gap closes, across batches")
    func gap() async throws {
        try await InboxWorld.with { world async throws in
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
        try await InboxWorld.with { world async throws in
            #expect(try await world.receive([2, 3, 1]).gaps == 0)
            #expect(try await world.effects() == [1, 2, 3])
            #expect(try await world.parked().isEmpty)
        }
    }

    @Test("A gap that grows old is asked for, but not where only a parked event is waited for")
    func asksForGaps() async throws {
        try await InboxWorld.with(failing: [2]) { world async throws in
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
        try await InboxWorld.with { world async throws in
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

    @Test("What was deleted before the consumer could read it is asked for, once for each cut")
    func cut() async throws {
        try await InboxWorld.with { world async throws in
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
}
