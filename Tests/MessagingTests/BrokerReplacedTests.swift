import FilmClubModel
import Kafka
import Postgres
import ServiceShell
import TestSupport
import Testing

@testable import Messaging

@Suite("A broker that is replaced by an empty one", .timeLimit(.minutes(15)))
struct BrokerReplacedTests {
    @Test("What was published and not consumed, and what was not published yet, arrives through the new one, once")
    func bootstrapFile() async throws {
        let file = BootstrapFile()
        let first = try EmbeddedBroker.house()
        defer { first.stop() }
        try file.name(first)
        try await ServiceLine.with(KafkaConfiguration(bootstrapFile: file.path)) { line async throws in
            let idle = line.streaming.consumer(of: [.orders], handler: line.effects)
            try await line.checkout.relay.start()
            try await line.append("order", 1)
            try await idle.start()
            try await line.waitForEffects(of: "order", [1])
            await idle.stop(within: .seconds(10))

            try await line.append("order", 2)
            try await line.wait(until: "it is published") {
                try await line.checkout.pool.query(
                    """
                    SELECT FROM relay_cursor
                    WHERE NOT EXISTS (SELECT FROM event_log WHERE NOT pg_visible_in_snapshot(xid, from_snapshot))
                    """
                ).count == 1
            }
            first.stop()
            try await line.append("order", 3)
            let next = line.streaming.consumer(of: [.orders], handler: line.effects)
            try await next.start()
            let second = try EmbeddedBroker.house()
            defer { second.stop() }
            try file.name(second)
            try await line.waitForEffects(of: "order", [1, 2, 3])
            try await line.append("order", 4)
            try await line.waitForEffects(of: "order", [1, 2, 3, 4])
        }
    }

    @Test("An idle consumer notices that another cluster answers at its address, and reads that one from the beginning")
    func sameAddress() async throws {
        // Two clusters behind one setting, of which one at a time answers: what a wiped broker looks like.
        let (first, second) = (try EmbeddedBroker.house(), try EmbeddedBroker.house())
        defer {
            first.stop()
            second.stop()
        }
        try second.takeDown()
        let both = KafkaConfiguration(bootstrapServers: "\(first.bootstrapServers),\(second.bootstrapServers)")
        try await ServiceLine.with(both) { line async throws in
            try await line.streaming.consumer(of: [.orders], handler: line.effects).start()
            try await line.checkout.relay.start()
            for sequence in Int64(1)...3 { try await line.append("order", sequence) }
            try await line.waitForEffects(of: "order", [1, 2, 3])

            try second.bringUp()
            first.stop()
            try await line.wait(until: "the consumer has noticed") {
                !line.streaming.log.lines(of: "consumer.reopened").isEmpty
            }
            try await line.append("order", 4)
            try await line.waitForEffects(of: "order", [1, 2, 3, 4])
        }
    }
}
