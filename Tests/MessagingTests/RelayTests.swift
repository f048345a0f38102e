import FilmClubModel
import Kafka
import Postgres
import Reactor
import ServiceShell
import TestSupport
import Testing

@testable import Messaging

@Suite("The relay", .timeLimit(.minutes(15)))
struct RelayTests {
    @Test("What is committed is published with its CloudEvents headers; what is rolled back never is")
    func publishes() async throws {
        try await RelayWorld.with { world async throws in
            try await world.relay.start()
            try await world.append(key: "a", 1)
            try? await world.pool.withTransaction { transaction in
                _ = try await transaction.query(RelayWorld.insert(key: "b", 1))
                throw CancellationError()
            }
            try await world.append(key: "a", 2)
            await world.publisher.waitFor(events: 2)
            #expect(
                world.publisher.events == [
                    PublishedEvent(key: "a", sequence: 1), PublishedEvent(key: "a", sequence: 2),
                ])
            let record = try #require(world.publisher.records.first)
            let envelope = try EventEnvelope(headers: record.headers.compactMap { h in h.value.map { (h.name, $0) } })
            #expect(envelope.subject == "a")
            #expect(envelope.source == .checkout)
            #expect(record.topic == Topic.orders.name)
        }
    }

    @Test("A send that fails is sent again, and the cursor has not moved past it")
    func retries() async throws {
        try await RelayWorld.with { world async throws in
            world.publisher.fail(sends: 2)
            try await world.append(key: "a", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
        }
    }

    @Test("A backlog of many pages arrives whole and in order, although sends fail while the next page is read")
    func backlog() async throws {
        try await RelayWorld.with { world async throws in
            for sequence in 1...20 {
                for key in ["a", "b", "c"] { try await world.append(key: key, Int64(sequence)) }
            }
            world.publisher.hold()
            world.publisher.fail(sends: 3)
            try await world.relay.start()
            try await world.waitUntil("a page is with the broker") { world.publisher.holdsSends }
            world.publisher.release()
            await world.publisher.waitFor(events: 60)
            var seen: [String: Int64] = [:]
            for event in world.publisher.events where event.sequence > seen[event.key, default: 0] {
                #expect(event.sequence == seen[event.key, default: 0] + 1)
                seen[event.key] = event.sequence
            }
            #expect(seen == ["a": 20, "b": 20, "c": 20])
        }
    }

    @Test("A relay that starts again goes on where the last one stopped")
    func resumes() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
            await world.relay.stop(within: .seconds(10))
            try await world.append(key: "a", 2)
            let next = world.anotherRelay()
            try await next.start()
            await world.publisher.waitFor(events: 2)
            await next.stop(within: .seconds(10))
            #expect(world.publisher.events.map(\.sequence) == [1, 2])
        }
    }

    @Test("Of two relays one publishes; when it stops the other takes over")
    func oneHolder() async throws {
        try await RelayWorld.with { world async throws in
            try await world.relay.start()
            try await world.append(key: "a", 1)
            await world.publisher.waitFor(events: 1)
            let second = world.anotherRelay()
            try await second.start()
            try await world.append(key: "a", 2)
            second.wake()
            await world.publisher.waitFor(events: 2)
            #expect(await !second.isHolder)
            await world.relay.stop(within: .seconds(10))
            try await world.append(key: "a", 3)
            await world.publisher.waitFor(events: 3)
            #expect(await second.isHolder)
            await second.stop(within: .seconds(10))
        }
    }

    @Test("A cursor whose last moves the database has lost is read again, and nothing behind it is missed")
    func putBack() async throws {
        try await RelayWorld.with { world async throws in
            for sequence in Int64(1)...3 { try await world.append(key: "a", sequence) }
            try await world.relay.start()
            await world.publisher.waitFor(events: 3)
            try await world.waitUntil("the cursor stands behind the third event") { try await world.isThrough() }
            _ = try await world.pool.query("CREATE TABLE earlier AS SELECT * FROM relay_cursor")
            for sequence in Int64(4)...6 { try await world.append(key: "a", sequence) }
            await world.publisher.waitFor(events: 6)
            try await world.waitUntil("the cursor stands behind the sixth event") { try await world.isThrough() }
            let epoch = try await world.pool.query("SELECT epoch FROM relay_cursor").one().get(0, as: Int64.self)
            _ = try await world.pool.query(
                """
                UPDATE relay_cursor SET from_snapshot = earlier.from_snapshot, to_snapshot = earlier.to_snapshot,
                    after_number = earlier.after_number FROM earlier
                """)
            await world.publisher.wait { $0.count >= 9 }
            #expect(world.publisher.events.map(\.sequence) == [1, 2, 3, 4, 5, 6, 4, 5, 6])
            try await world.append(key: "a", 7)
            await world.publisher.waitFor(events: 7)
            let later = try await world.pool.query("SELECT epoch FROM relay_cursor").one().get(0, as: Int64.self)
            #expect(later > epoch, "the lease was taken anew")
        }
    }

    @Test("A holder whose epoch was raised can no longer move the cursor")
    func fenced() async throws {
        try await RelayWorld.with { world async throws in
            let store = RelayStore(pool: world.pool, service: .checkout)
            let stopped = try #require(try await store.acquireLease(holder: "stopped", for: 0))
            let successor = try #require(try await store.acquireLease(holder: "successor", for: 60))
            #expect(successor.epoch > stopped.epoch)
            #expect(try await !store.save(stopped, for: 60))
            #expect(try await store.save(successor, for: 60))
        }
    }

    @Test("Another cluster is told everything again, unfinished work first, in order within each key")
    func anotherCluster() async throws {
        try await RelayWorld.with(unfinished: "SELECT \(Topic.orders.name), 'waits'") { world async throws in
            for sequence in Int64(1)...3 { try await world.append(key: "done", sequence) }
            for sequence in Int64(1)...3 { try await world.append(key: "waits", sequence) }
            try await world.relay.start()
            await world.publisher.waitFor(events: 6)
            world.publisher.replaceCluster(by: "cluster-2")
            await world.publisher.waitFor(events: 6)
            let again = world.publisher.events
            #expect(again.prefix(3).map(\.key) == ["waits", "waits", "waits"])
            #expect(again.filter { $0.key == "done" }.map(\.sequence) == [1, 2, 3])
        }
    }

    @Test("A request publishes a key's events again; for a topic of another's it asks the owner")
    func requests() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            try await world.append(key: "a", 2)
            try await world.append(key: "b", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 3)
            _ = try await world.pool.query(
                EventLog.requestRepublish([(topic: .orders, key: "a"), (topic: .entitlements, key: "c")]))
            world.relay.wake()
            await world.publisher.wait { records in records.count >= 6 }
            let later = world.publisher.records.dropFirst(3)
            #expect(
                later.filter { $0.topic == Topic.orders.name }.map { String(decoding: $0.key ?? [], as: UTF8.self) }
                    == ["a", "a"])
            let asked = try #require(later.first { $0.topic == Topic.republish.name })
            #expect(String(decoding: asked.value ?? [], as: UTF8.self).contains(#""topicKey":"c""#))
            try await world.waitUntil("no request is left") {
                try await world.pool.query("SELECT FROM relay_request").isEmpty
            }
        }
    }

    @Test("A request for every key publishes the whole topic again, in pages")
    func everyKey() async throws {
        try await RelayWorld.with { world async throws in
            for sequence in Int64(1)...20 { try await world.append(key: "a", sequence) }
            try await world.relay.start()
            await world.publisher.waitFor(events: 20)
            _ = try await world.pool.query(EventLog.requestRepublish([(topic: .orders, key: EventLog.everyKey)]))
            world.relay.wake()
            await world.publisher.wait { $0.count >= 40 }
            #expect(world.publisher.events.suffix(20).map(\.sequence) == Array(1...20))
        }
    }

    @Test("Rows from before a restore into another cluster are published whatever their xids say")
    func restored() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
            await world.relay.stop(within: .seconds(10))
            // As after a restore: the cluster has another identifier, and its xids begin far below those in the rows.
            _ = try await world.pool.query("UPDATE event_incarnation SET system_identifier = 1")
            _ = try await world.pool.query(
                "UPDATE relay_cursor SET from_snapshot = '4000000000:4000000000:'::pg_snapshot")
            let next = world.anotherRelay()
            try await next.start()
            try await world.append(key: "a", 2)
            await world.publisher.waitFor(events: 2)
            await next.stop(within: .seconds(10))
        }
    }

    @Test("A restore while a page was in hand hides no row of the new cluster")
    func restoredInHand() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            // As after a restore: the pinned end is from a cluster whose xids were far higher than those to come.
            _ = try await world.pool.query("UPDATE event_incarnation SET system_identifier = 1")
            _ = try await world.pool.query(
                """
                UPDATE relay_cursor SET cluster_id = 'cluster-1', from_incarnation = 1, after_number = 1,
                    from_snapshot = pg_current_snapshot(), to_snapshot = '4000000000:4000000000:'::pg_snapshot
                """)
            try await world.relay.start()
            try await world.waitUntil("the difference that was in hand is over") {
                try await world.pool.query("SELECT FROM relay_cursor WHERE from_incarnation = 2").count == 1
            }
            try await world.append(key: "a", 2)
            await world.publisher.waitFor(events: 1)
        }
    }

    @Test("A request may name a key twice")
    func requestedTwice() async throws {
        try await RelayWorld.with { world async throws in
            let twice = [(topic: Topic.orders, key: "a"), (topic: Topic.orders, key: "a")]
            _ = try await world.pool.query(EventLog.requestRepublish(twice))
            #expect(try await world.pool.query("SELECT FROM relay_request").count == 1)
        }
    }

    @Test("The log refuses to be changed")
    func appendOnly() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            await #expect(throws: PostgresError.self) { _ = try await world.pool.query("DELETE FROM event_log") }
            await #expect(throws: PostgresError.self) {
                _ = try await world.pool.query("UPDATE event_log SET key = 'b'")
            }
        }
    }
}
