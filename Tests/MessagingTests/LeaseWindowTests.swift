import FilmClubModel
import Glibc
import Kafka
import Postgres
import Reactor
import TestSupport
import Testing

@testable import Messaging

@Suite("When a relay may send", .timeLimit(.minutes(15)))
struct LeaseWindowTests {
    @Test("A window is over before the lease is, counted from before the statement was sent")
    func bound() {
        let begin = ContinuousClock.now
        for seconds in [Int32(1), 5, 60] {
            let window = LeaseWindow(from: begin, leaseSeconds: seconds)
            #expect(window.isOpen(at: begin))
            #expect(window.isOpen(at: begin + .seconds(Int64(seconds)) / 2))
            #expect(!window.isOpen(at: window.end))
            #expect(!window.isOpen(at: begin + .seconds(Int64(seconds)) - .milliseconds(50)))
        }
    }

    @Test("A relay that stands still between reading and sending sends nothing of it when another has taken over")
    func stoodStill() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            let (ownLoop, standsStill) = (try EventLoop.spawn(name: "stopped"), Lock(false))
            let (own, goesOn) = (RecordingPublisher(), Lock(false))
            own.before {
                standsStill.withLock { $0 = true }
                while !goesOn.withLock({ $0 }) { usleep(1_000) }
            }
            let stopped = world.anotherRelay(own, on: ownLoop) { $0.leaseSeconds = 1 }
            try await stopped.start()
            try await world.waitUntil("it has a page in hand") { standsStill.withLock { $0 } }
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
            goesOn.withLock { $0 = true }
            try await world.waitUntil("it knows that it is no longer the one") { await !stopped.isHolder }
            try await world.append(key: "a", 2)
            await world.publisher.waitFor(events: 2)
            #expect(own.records.isEmpty)
            #expect(world.publisher.events.map(\.sequence) == [1, 2])
            await stopped.stop(within: .seconds(10))
            ownLoop.stop()
        }
    }

    @Test("What was being read when another took the lease is not sent")
    func takenWhileReading() async throws {
        try await RelayWorld.with { world async throws in
            try await world.append(key: "a", 1)
            _ = try await world.pool.query(EventLog.requestRepublish([(topic: .orders, key: "a")]))
            try await world.pool.withTransaction { blocking async throws in
                _ = try await blocking.query("LOCK TABLE event_log IN ACCESS EXCLUSIVE MODE")
                try await world.relay.start()
                try await world.waitUntil("it waits for the log") {
                    try await world.pool.query(
                        """
                        SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                        AND query LIKE '%readEventLog%'
                        """
                    ).count == 1
                }
                _ = try await world.pool.query(
                    "UPDATE relay_cursor SET epoch = epoch + 1, holder = 'another', lease_until = 'infinity'")
                try await world.waitUntil("it knows that it is no longer the one") { await !world.relay.isHolder }
            }
            _ = try await world.pool.query("UPDATE relay_cursor SET lease_until = '-infinity'")
            // Once for the request and once for the log, and not before it has the lease again.
            try await world.waitUntil("all is published") {
                let open = try await world.pool.query("SELECT FROM relay_request").count
                return try await world.isThrough() && open == 0
            }
            #expect(world.publisher.events.map(\.sequence) == [1, 1])
        }
    }

    @Test("A holder whose window is over renews before it sends, and then sends")
    func renews() async throws {
        // Nothing but the sending itself renews here.
        try await RelayWorld.with(limits: { $0.leaseRenewal = .seconds(3600) }) { world async throws in
            try await world.append(key: "a", 1)
            try await world.relay.start()
            await world.publisher.waitFor(events: 1)
            try await world.waitUntil("its page is behind it") { try await world.isThrough() }
            let epoch = try #require(await world.relay.lease?.epoch)
            await world.relay.endWindow()
            try await world.append(key: "a", 2)
            await world.publisher.waitFor(events: 2)
            #expect(world.publisher.events.map(\.sequence) == [1, 2])
            #expect(await world.relay.lease?.epoch == epoch)
        }
    }
}

extension Relay {
    fileprivate func endWindow() { window = LeaseWindow(from: .now - .seconds(3600), leaseSeconds: 1) }
}
