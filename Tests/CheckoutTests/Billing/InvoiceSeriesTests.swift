import CheckoutDomain
import FilmClubModel
import JSON
import Messaging
import Postgres
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Numbers of invoices")
struct InvoiceSeriesTests {
    @Test("A thousand invoices made by fifty clients at once: no gap, no double, and rollbacks give theirs back")
    func thousand() async throws {
        try await Till.with { till in
            let seed = UInt64.random(in: .min ... .max)
            let orders = try await till.confirmedOrders(1_000)
            // Two processes' connections.
            let pools = (0..<2).map { _ in till.database.pool { $0.connectionsMax = 10 } }
            let cuts = try await withThrowingTaskGroup(of: Int.self) { group in
                for client in 0..<50 {
                    let share = Array(orders[(client * 20)..<((client + 1) * 20)])
                    group.addTask {
                        var random = SeededRandom(seed: seed &+ UInt64(client))
                        return try await till.fulfil(share, by: pools[client % 2], using: &random)
                    }
                }
                return try await group.reduce(0, +)
            }

            #expect(cuts > 0, "seed \(seed)")
            let numbers = try await till.pool.query(
                "SELECT number FROM billing_documents WHERE series = \(try await till.series) ORDER BY number"
            ).map { try $0.get(0, as: Int64.self) }
            #expect(numbers == Array(1...1_000), "seed \(seed)")
            #expect(try await till.lastNumber == 1_000)
            try await till.expectBalancedLedger()
        }
    }

    @Test("A batch that rolls back takes its numbers with it")
    func rollback() async throws {
        try await Till.with { till in
            let orders = try await till.confirmedOrders(5)
            let before = try await till.ground.counts()
            await #expect(throws: Cut.self) {
                try await till.pool.withTransaction { transaction in
                    try await till.checkout.events.apply(try orders.prefix(3).map(till.granted), in: transaction)
                    throw Cut()
                }
            }
            #expect(try await till.ground.counts() == before)
            try await till.apply(try orders.suffix(2).map(till.granted))
            #expect(try await till.lastNumber == 2)
        }
    }

    @Test("An order has one invoice, though the answer comes twice and the sweep beside it")
    func once() async throws {
        try await Till.with { till in
            let orders = try await till.confirmedOrders(20)
            let sweep = InvoiceSweep(pool: till.pool, seller: Seller(name: "FilmClub"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in orders {
                    for _ in 0..<2 { group.addTask { try await till.apply([try till.granted(order)]) } }
                    group.addTask { _ = try await sweep() }
                }
                try await group.waitForAll()
            }
            #expect(try await till.count("billing_documents") == 20)
            #expect(try await till.lastNumber == 20)
        }
    }

    @Test("What an older build fulfilled gets its invoice from the sweep, once")
    func sweep() async throws {
        try await Till.with { till in
            let orders = try await till.confirmedOrders(3)
            _ = try await till.pool.query("UPDATE orders SET state = 'fulfilled', answer_due_at = NULL")
            let sweep = InvoiceSweep(pool: till.pool, seller: Seller(name: "FilmClub"))
            #expect(try await sweep() == 3)
            #expect(try await sweep() == 0)
            #expect(try await till.lastNumber == 3)
            let invoiced = try await till.pool.query(
                """
                SELECT FROM orders JOIN billing_documents ON billing_documents.id = invoice_id
                WHERE billing_documents.order_id = orders.id AND orders.id = ANY(\(orders.map(\.orderId)))
                """)
            #expect(invoiced.count == 3)
            try await till.expectBalancedLedger()
        }
    }

    @Test("A refused order has no invoice")
    func refused() async throws {
        try await Till.with { till in
            let (id, order) = try await FulfilmentTests.placed(till)
            let refused = EntitlementsRefused(orderId: id, institutionId: order.institutionId, reason: "no-media")
            try await till.apply([try till.event(refused)])
            #expect(try await till.count("billing_documents") == 0)
            #expect(try await till.count("invoice_series") == 0)
        }
    }

    @Test("What was issued is never changed or taken away")
    func unchangeable() async throws {
        try await Till.with { till in
            try await till.apply(try await till.confirmedOrders(1).map(till.granted))
            for change: SQL in [
                "UPDATE billing_documents SET total_minor_units = 0", "DELETE FROM billing_documents",
            ] {
                await #expect(throws: PostgresError.self) { try await till.pool.query(change) }
            }
        }
    }

    struct Cut: Error {}
}

extension Till {
    /// Orders that wait for streaming's answer: one that was placed, and copies of it.
    func confirmedOrders(_ count: Int) async throws -> [OrderConfirmed] {
        let (id, first) = try await FulfilmentTests.placed(self)
        let copies = (1..<count).map { _ in OrderID.generate(now: .now()) }
        _ = try await pool.unit([
            """
            INSERT INTO orders
            SELECT (jsonb_populate_record(orders, jsonb_build_object(
                'id', copy, 'cart_id', copy, 'number', orders.number || '-' || copy))).*
            FROM orders, unnest(\(copies)) AS copy WHERE orders.id = \(id)
            """,
            """
            INSERT INTO order_lines
            SELECT (jsonb_populate_record(order_lines, jsonb_build_object('order_id', copy))).*
            FROM order_lines, unnest(\(copies)) AS copy WHERE order_id = \(id)
            """,
        ])
        return [first]
            + copies.map { copy in
                var order = first
                order.orderId = copy
                return order
            }
    }

    func granted(_ order: OrderConfirmed) throws -> InboxEvent { try event(FulfilmentTests.granted(order)) }

    /// Fulfils all of `orders` in batches of one to five; some batches roll back behind their last statement and come
    /// again. Returns how many did.
    fileprivate func fulfil(
        _ orders: [OrderConfirmed], by pool: PostgresPool, using random: inout SeededRandom
    ) async throws -> Int {
        var waiting = orders
        var cuts = 0
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Int.random(in: 1...5, using: &random)))
            let isCut = Int.random(in: 0..<20, using: &random) == 0
            do {
                try await pool.withTransaction { transaction in
                    try await checkout.events.apply(try batch.map(granted), in: transaction)
                    if isCut { throw InvoiceSeriesTests.Cut() }
                }
                waiting.removeFirst(batch.count)
            } catch is InvoiceSeriesTests.Cut {
                cuts += 1
            }
        }
        return cuts
    }

    /// This year's, by the clock that gives the numbers.
    var series: String {
        get async throws {
            try await pool.query("SELECT 'INV-' || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY')").one().get(0)
        }
    }

    var lastNumber: Int64 {
        get async throws {
            try await pool.query("SELECT last_number FROM invoice_series WHERE series = \(try await series)").one().get(
                0)
        }
    }

    /// Every posting adds up to nothing, and what an order's buyer owes is what its invoice says is left to be paid.
    func expectBalancedLedger() async throws {
        let unbalanced = try await pool.query(
            "SELECT FROM ledger_entries GROUP BY document_id, currency HAVING sum(amount_minor_units) <> 0")
        #expect(unbalanced.isEmpty)
        let astray = try await pool.query(
            """
            SELECT FROM billing_documents JOIN invoice_standing ON invoice_id = id
            WHERE balance_minor_units <> (
                SELECT coalesce(sum(amount_minor_units), 0) FROM ledger_entries
                WHERE order_id = billing_documents.order_id AND account = 'receivable')
            """)
        #expect(astray.isEmpty)
        let silent = try await pool.query(
            """
            SELECT FROM billing_documents WHERE total_minor_units > 0
                AND NOT EXISTS (SELECT FROM ledger_entries WHERE document_id = billing_documents.id)
            """)
        #expect(silent.isEmpty)
    }
}
