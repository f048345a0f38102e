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
        try await InboxWorld.with { world async throws in
            #expect(try await world.receive([1, 2]).applied == 2)
            #expect(try await world.receive([1, 2, 3]).dropped == 2)
            #expect(try await world.receive([3, 3]).applied == 0)
            #expect(try await world.effects() == [1, 2, 3])
        }
    }

    @Test("A failing event is parked, its key waits behind it, every other key flows")
    func poison() async throws {
        try await InboxWorld.with(failing: [2]) { world async throws in
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
        try await InboxWorld.with(failing: [2]) { world async throws in
            _ = try await world.receive([2, 3])
            let report = try await world.receive([1])
            #expect(report.applied == 1)
            #expect(report.deadLetters.map(\.sequence) == [2])
            #expect(try await world.parked() == ["gap", "poison"])
        }
    }

    @Test("Effects and watermark are committed together or not at all")
    func together() async throws {
        try await InboxWorld.with(failing: [2]) { world async throws in
            _ = try await world.receive([1, 2])
            #expect(try await world.watermark() == 1)
            #expect(try await world.effects() == [1])
        }
    }

    @Test("Two consumers with one partition collide on a key's first event, and it takes effect once")
    func zombie() async throws {
        try await InboxWorld.with { world async throws in
            async let first = world.receiveUntilDone([1, 2, 3])
            async let second = world.receiveUntilDone([1, 2, 3])
            let applied = try await first + second
            #expect(applied == 3)
            #expect(try await world.effects() == [1, 2, 3])
        }
    }

    @Test("A record without an envelope parks alone, once, and stops nobody")
    func unreadable() async throws {
        try await InboxWorld.with { world async throws in
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
        try await InboxWorld.with { world async throws in
            #expect(try await world.receive([1], type: EventType("NeverHeardOf")).applied == 1)
            let report = try await world.receive([2], type: EventType("OrderFulfilled", 9, 0))
            #expect(report.deadLetters.count == 1)
            #expect(try await world.receive([3]).gaps == 1)
            #expect(try await world.watermark() == 1)
        }
    }

    @Test(
        "An event that always runs into a deadline, a lock or a conflict is parked once others flow; alone it is not",
        arguments: ["57014", "55P03", "40P01"])
    func stubborn(state: String) async throws {
        try await InboxWorld.with(always: state) { world async throws in
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
            let busy = InboxWorld.message(999, topic: .films, key: "busy")
            for _ in 0..<20 { #expect(try await deliver([busy]).deadLetters.isEmpty, "it may be the database") }

            let batch = [
                busy, InboxWorld.message(1, topic: .films, key: "good"),
                InboxWorld.message(2, topic: .films, key: "good"),
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

    @Test("Keys of the same name in two topics are two keys, also within a batch")
    func twoTopics() async throws {
        try await InboxWorld.with { world async throws in
            let messages = [
                InboxWorld.message(2, topic: .entitlements), InboxWorld.message(1), InboxWorld.message(2),
            ]
            let report = try await world.process(messages)
            #expect(report.applied == 2)
            #expect(report.gaps == 1)
            #expect(try await world.parked() == ["gap"])
        }
    }

    @Test("A message that cannot be read, but was overtaken already, is not parked again")
    func overtaken() async throws {
        try await InboxWorld.with { world async throws in
            let newer = InboxWorld.message(1, topic: .films, type: EventType("FilmChanged", 9, 0))
            #expect(try await world.process([newer]).deadLetters.count == 1)
            #expect(try await world.process([InboxWorld.message(2, topic: .films)]).applied == 1)
            #expect(try await world.process([newer]).deadLetters.isEmpty)
            #expect(try await world.parked().isEmpty)
        }
    }

    @Test("What is parked is reported, also when the database stumbles over an event behind it")
    func parkedBeforeStumble() async throws {
        try await InboxWorld.with(failing: [1]) { world async throws in
            var report = Inbox.Report()
            let messages = [
                InboxWorld.message(2, topic: .films, key: "good"), InboxWorld.message(1, topic: .films, key: "bad"),
                InboxWorld.message(999, topic: .films, key: "busy"),
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
        try await InboxWorld.with(failing: [1], saying: "nul \0 " + String(repeating: "long", count: 10_000)) {
            world async throws in
            #expect(try await world.receive([1]).deadLetters.count == 1)
            #expect(try await world.parked() == ["poison"])
        }
    }
}
