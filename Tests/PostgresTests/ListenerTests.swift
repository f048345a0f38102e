import Reactor
import TestSupport
import Testing

@testable import Postgres

@Suite struct ListenerTests {
    @Test("What is notified on a channel arrives, in order, and only from the channels asked for")
    func messages() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let listener = PostgresListener(
                database.configuration, channels: ["orders", "Odd \"name"], on: database.loop)
            await listener.start()
            var notifications = listener.notifications.makeAsyncIterator()
            #expect(await notifications.next() == .listening)
            _ = try await pool.unit([
                "SELECT pg_notify('orders', 'one'), pg_notify('others', 'no')",
                "SELECT pg_notify('Odd \"name', 'two')", "NOTIFY orders",
            ])
            #expect(await notifications.next() == .message(channel: "orders", payload: "one"))
            #expect(await notifications.next() == .message(channel: "Odd \"name", payload: "two"))
            #expect(await notifications.next() == .message(channel: "orders", payload: ""))
            await listener.close()
            #expect(await notifications.next() == nil)
        }
    }

    @Test("When its connection breaks the listener comes back and says that something may have been missed")
    func reconnects() async throws {
        try await TestDatabase.with { database in
            let pool = database.pool()
            let listener = PostgresListener(database.configuration, channels: ["c"], on: database.loop)
            await listener.start()
            var notifications = listener.notifications.makeAsyncIterator()
            #expect(await notifications.next() == .listening)
            _ = try await pool.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """)
            #expect(await notifications.next() == .listening)
            _ = try await pool.query("NOTIFY c, 'again'")
            #expect(await notifications.next() == .message(channel: "c", payload: "again"))
            await listener.close()
        }
    }

    @Test("A reader that falls too far behind is told to read again, once it has caught up")
    func overflow() async throws {
        let listener = PostgresListener(PostgresConfiguration("host=unused"), channels: [], on: TestLoop.shared)
        for number in 0..<PostgresListener.pendingMax + 5 {
            await listener.receive(.message(channel: "c", payload: "\(number)"))
        }
        var notifications = listener.notifications.makeAsyncIterator()
        for number in 0..<PostgresListener.pendingMax {
            #expect(await notifications.next() == .message(channel: "c", payload: "\(number)"))
        }
        await listener.receive(.message(channel: "c", payload: "later"))
        #expect(await notifications.next() == .listening)
        #expect(await notifications.next() == .message(channel: "c", payload: "later"))
        await listener.close()
    }
}
