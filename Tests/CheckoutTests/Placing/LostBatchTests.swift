import CheckoutDomain
import FilmClubModel
import HTTPClient
import Messaging
import Postgres
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Batches whose clients or connections go away")
struct LostBatchTests {
    @Test("The connection dies with the COMMIT in flight: each order's own key tells that it was stored")
    func committed() async throws {
        try await Till.with { till in
            try await till.database.withProxy { proxy, through in
                let rush = Rush(till, pool: till.database.pool { $0.connectionString = through })
                let commands = try (0..<3).map { _ in try rush.command(till.house.request()) }
                let (opener, tasks) = try await rush.hold(before: commands)
                try await rush.holdNext()
                #expect(try await opener.value.isPlaced)
                try await proxy.loseAnswers()
                await rush.open()
                try await eventually("the batch is stored") { try await till.count("orders") == 4 }
                try await proxy.cut()
                for (task, command) in zip(tasks, commands) {
                    guard case .answeredBefore(let answer) = try await task.value,
                        case .answeredBefore(answer) = try await rush.place(command).value
                    else {
                        Issue.record("its answer was not found, or is another one")
                        continue
                    }
                }
                #expect(try await till.count("orders") == 4)
            }
        }
    }

    @Test("The connection dies before the server has heard: nothing is claimed, and asking again places the order")
    func unheard() async throws {
        try await Till.with { till in
            try await till.database.withProxy { proxy, through in
                let rush = Rush(till, pool: till.database.pool { $0.connectionString = through })
                let command = try rush.command(till.house.request())
                let opener = try await rush.hold()
                await rush.open()
                _ = try await opener.value
                try await proxy.stopListening()
                let task = rush.place(command)
                try await eventually("it is sent") { await rush.batches.count == 2 }
                try await proxy.cut(refusing: true)
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect([.outcomeUnknown, .connection, .poolTimeout].contains(error?.kind))
                try await proxy.cut()
                try await eventually("it is placed") {
                    // The pool may still pause between two attempts to connect.
                    await rush.place(command).result.placed != nil
                }
                #expect(try await till.count("orders") == 2)
            }
        }
    }

    @Test("A client that goes away while its order is under way: all of it or nothing, and its key tells")
    func cancelledUnderWay() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let commands = try (0..<3).map { _ in try rush.command(till.house.request()) }
            let (opener, tasks) = try await rush.hold(before: commands)
            try await till.pool.withTransaction { transaction in
                // The batch gets as far as this order, and waits.
                _ = try await transaction.query(
                    NeighbourTests.insertOrder(of: commands[1].request.cartId, till))
                await rush.open()
                try await till.waitForLock(of: "placeOrders")
                tasks[1].cancel()
                _ = try await transaction.query("DELETE FROM orders WHERE cart_id = \(commands[1].request.cartId)")
            }
            for task in [opener, tasks[0], tasks[2]] { #expect(await task.result.placed != nil) }
            _ = await tasks[1].result
            guard case .answeredBefore = try await rush.place(commands[1]).value else {
                Issue.record("the answer of the client that went away is not there")
                return
            }
            #expect(try await till.count("orders") == 4)
            #expect(try await till.count("order_lines") == 20)
        }
    }

    @Test("A client that goes away while its order waits: it never happens, and its key is free")
    func cancelledWaiting() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let commands = try (0..<3).map { _ in try rush.command(till.house.request()) }
            let (opener, tasks) = try await rush.hold(before: commands)
            tasks[1].cancel()
            await #expect(throws: CancellationError.self) { try await tasks[1].value }
            await rush.open()
            for task in [opener, tasks[0], tasks[2]] { #expect(await task.result.placed != nil) }
            #expect(try await till.count("orders") == 3)
            #expect(await rush.place(commands[1]).result.placed != nil)
        }
    }

    @Test("Over the bound an order is refused at once, with 503 and Retry-After; those who wait are placed")
    func queueFull() async throws {
        try await Till.with { till in
            let rush = Rush(till) { $0.waitingOrdersMax = 2 }
            let commands = try (0..<3).map { _ in try rush.command(till.house.request()) }
            let opener = try await rush.hold()
            let tasks = commands.prefix(2).map { rush.place($0) }
            try await eventually("they wait") { await rush.batcher.waitingCount == 2 }
            guard case .overloaded = try await rush.place(commands[2]).value else {
                Issue.record("it was taken")
                return
            }
            await rush.open()
            for task in [opener] + tasks { #expect(await task.result.placed != nil) }
        }
        try await Till.with(waitingOrdersMax: 0) { till in
            let answer = try await till.order(till.house.request())
            #expect((answer.status, answer.problem) == (503, "overloaded"))
            #expect(answer.headers["Retry-After"] == "1")
        }
    }

    @Test("An order that has waited too long is sent away with 503, and never happens")
    func waitedTooLong() async throws {
        try await Till.with { till in
            let rush = Rush(till) { $0.waitMax = .milliseconds(20) }
            let opener = try await rush.hold()
            guard case .overloaded = try await rush.place(try rush.command(till.house.request())).value else {
                Issue.record("it was taken")
                return
            }
            await rush.open()
            #expect(await opener.result.placed != nil)
            #expect(try await till.count("orders") == 1)
        }
    }
}
