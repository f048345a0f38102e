import FilmClubModel
import Kafka
import Postgres
import Reactor
import TestSupport
import Testing

@testable import Messaging

@Suite("The relay's lease", .timeLimit(.minutes(15)))
struct RelayLeaseTests {
    @Test("A relay that stops gives the lease back at once")
    func givenBack() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
            await world.relay.stop(within: .seconds(10))
            #expect(try await world.isLeaseFree())
        }
    }

    @Test("What another process commits reaches the holder by notification, without its poll")
    func notified() async throws {
        try await RelayWorld.with(limits: { $0.pollInterval = .seconds(3600) }) { world async throws in
            try await world.append(key: "a", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
            try await world.waitUntil("the holder listens") {
                try await world.pool.query(
                    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
                ).count == 1
            }
            let other = world.anotherRelay()
            try await other.start()
            for sequence in Int64(2)...4 {
                _ = try await world.pool.query(RelayWorld.insert(key: "a", sequence))
                other.wake()
                await world.publisher.waitFor(events: Int(sequence))
            }
            await other.stop(within: .seconds(10))
        }
    }

    @Test("A holder whose broker is silent keeps the lease, and goes on when it is back")
    func kept() async throws {
        try await RelayWorld.with { world async throws in
            world.publisher.hold()
            try await world.append(key: "a", 1)
            try await world.relay.start()
            try await world.waitUntil("a send is under way") { world.publisher.holdsSends }
            let first = try await world.lease()
            let other = world.anotherRelay()
            try await other.start()
            // Again and again, although nothing is acknowledged.
            var last = first
            for _ in 0..<5 {
                let before = last
                try await world.waitUntil("the lease is renewed") {
                    last = try await world.lease()
                    return last.until > before.until
                }
            }
            #expect(try await world.lease().epoch == first.epoch)
            #expect(await !other.isHolder)
            world.publisher.release()
            await world.publisher.waitFor(events: 1)
            await other.stop(within: .seconds(10))
        }
    }

    @Test("A holder whose broker stays silent lets another process try, and cannot move the cursor afterwards")
    func givenUp() async throws {
        try await RelayWorld.with(limits: { $0.sendWaitMax = .milliseconds(200) }) { world async throws in
            world.publisher.hold()
            try await world.append(key: "a", 1)
            try await world.relay.start()
            try await world.waitUntil("a send is under way") { world.publisher.holdsSends }
            let reachable = RecordingPublisher()
            // A pause of the machine is no silence of this one's broker.
            let other = world.anotherRelay(reachable) { $0.sendWaitMax = .seconds(600) }
            try await other.start()
            await reachable.waitFor(events: 1)
            try await world.append(key: "a", 2)
            await reachable.waitFor(events: 2)
            world.publisher.release()
            try await world.append(key: "a", 3)
            await reachable.waitFor(events: 3)
            #expect(await other.isHolder)
            #expect(await !world.relay.isHolder)
            #expect(reachable.events.map(\.sequence) == [1, 2, 3])
            #expect(world.publisher.records.isEmpty, "what was under way was given up with the lease")
            await other.stop(within: .seconds(10))
        }
    }

    @Test("A stop does not wait for a silent broker, and gives the lease back")
    func stopsWhileSilent() async throws {
        try await RelayWorld.with(limits: { $0.stopWaitMax = .milliseconds(50) }) { world async throws in
            world.publisher.hold()
            try await world.append(key: "a", 1)
            try await world.relay.start()
            try await world.waitUntil("a send is under way") { world.publisher.holdsSends }
            await world.relay.stop(within: .seconds(30))
            #expect(try await world.isLeaseFree())
            world.publisher.release()
            #expect(world.publisher.records.isEmpty, "what was under way was given up with the lease")
        }
    }

    @Test("Every key asked for again while that is under way is published once more from the beginning")
    func askedAgain() async throws {
        try await RelayWorld.with { world async throws in
            for sequence in Int64(1)...20 { try await world.append(key: "a", sequence) }
            try await world.relay.start()
            await world.publisher.waitFor(events: 20)
            world.publisher.hold()
            try await world.askForEveryKey()
            try await world.waitUntil("its first page is under way") { world.publisher.holdsSends }
            try await world.askForEveryKey()
            world.publisher.release()
            await world.publisher.wait { $0.count >= 60 }
            #expect(world.publisher.events.suffix(40).map(\.sequence) == Array(1...20) + Array(1...20))
        }
    }

    @Test("A relay that lost its lease in the middle of a topic begins the next request at the beginning")
    func interrupted() async throws {
        try await RelayWorld.with { world async throws in
            for sequence in Int64(1)...20 { try await world.append(key: "a", sequence) }
            try await world.relay.start()
            await world.publisher.waitFor(events: 20)
            try await world.askForEveryKey()
            await world.publisher.wait { $0.count >= 27 }
            world.publisher.hold()
            // Another one takes over, carries the request out, and goes.
            _ = try await world.pool.unit([
                "UPDATE relay_cursor SET epoch = epoch + 1, holder = 'another', lease_until = 'infinity'",
                "DELETE FROM relay_request",
            ])
            world.publisher.release()
            try await world.waitUntil("the lease is lost") { await !world.relay.isHolder }
            let before = world.publisher.records.count
            try await world.askForEveryKey()
            _ = try await world.pool.query("UPDATE relay_cursor SET lease_until = '-infinity'")
            await world.publisher.wait { $0.count >= before + 20 }
            #expect(world.publisher.events.dropFirst(before).prefix(20).map(\.sequence) == Array(1...20))
        }
    }
}

extension RelayWorld {
    fileprivate func lease() async throws -> (epoch: Int64, until: Instant) {
        let row = try await pool.query("SELECT epoch, lease_until FROM relay_cursor").one()
        return (try row.get("epoch"), try row.get("lease_until"))
    }

    fileprivate func isLeaseFree() async throws -> Bool {
        try await pool.query("SELECT FROM relay_cursor WHERE lease_until = '-infinity' AND holder = ''").count == 1
    }

    fileprivate func askForEveryKey() async throws {
        _ = try await pool.query(EventLog.requestRepublish([(topic: .orders, key: EventLog.everyKey)]))
        relay.wake()
    }
}
