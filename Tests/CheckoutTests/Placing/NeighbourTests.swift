import CheckoutDomain
import FilmClubModel
import JSON
import Messaging
import Postgres
import Reactor
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("What happens to one order of a batch never changes another's answer")
struct NeighbourTests {
    /// Three ordinary orders around one that `spoils`; the three must be placed, whatever becomes of it.
    private static func around(
        _ rush: Rush, _ spoiler: PlaceOrder.Command, meanwhile: () async throws -> Void = {}
    ) async throws -> Result<PlaceOrder.Outcome, any Error> {
        var commands = try (0..<3).map { _ in try rush.command(rush.till.house.request()) }
        commands.insert(spoiler, at: 1)
        var outcomes = try await rush.together(commands, meanwhile: meanwhile)
        let carts = Set(commands.map(\.request.cartId))
        #expect(await rush.batches.contains(carts), "they were not in one batch")
        let outcome = outcomes.remove(at: 1)
        for neighbour in outcomes {
            let order = try #require(neighbour.placed)
            #expect(try await rush.till.logged(.orders, order.id.text).map(\.sequence) == [1, 2])
        }
        return outcome
    }

    private static func paid(by number: String, _ house: SampleHouse) -> OrderRequest {
        var request = house.request()
        request.payment = .purchaseOrder(number: number)
        return request
    }

    /// A trigger that raises `state` for the purchase order "spoilt", at most so many times.
    private static func spoil(_ till: Till, raising state: String, times: Int = .max) async throws {
        try await till.pool.withConnection { session in
            try await session.script(
                """
                CREATE SEQUENCE spoilt;
                CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.purchase_order_number = 'spoilt' AND nextval('spoilt') <= \(times) THEN
                        RAISE EXCEPTION 'spoilt' USING ERRCODE = '\(state)';
                    END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER spoil BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION spoil();
                """)
        }
    }

    @Test("A cart that has an order")
    func conflict() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let request = till.house.request()
            let first = try #require(try await till.order(request).orderID)
            guard case .success(.cartOrdered(first)) = try await Self.around(rush, try rush.command(request)) else {
                Issue.record("the cart's order was not found")
                return
            }
        }
    }

    @Test("A key that was answered before, by the same bytes; and one that belongs to another request")
    func answered() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let request = till.house.request()
            let first = try await till.order(request, key: "k")
            guard
                case .success(.answeredBefore(let answer)) = try await Self.around(
                    rush, try rush.command(request, key: "k")),
                case .success(.keyReused) = try await Self.around(
                    rush, try rush.command(till.house.request(), key: "k"))
            else {
                Issue.record("the key's answer was not found")
                return
            }
            #expect(answer.body == first.bytes)
            #expect(answer.status == 201)
        }
    }

    @Test("A key that another process is at work on")
    func running() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let command = try rush.command(till.house.request(), key: "k")
            try await till.pool.withTransaction { transaction in
                _ = try await transaction.query(
                    "SELECT pg_advisory_xact_lock(hashtextextended(\(command.scopedKey.lockName), 0))")
                guard case .success(.running) = try await Self.around(rush, command) else {
                    Issue.record("the key was not found at work")
                    return
                }
            }
        }
    }

    @Test(
        "A value that only SQL refuses, of class 22, 23, 54 or of a rule of the database's own",
        arguments: ["22003", "23514", "54000", "P0001"])
    func refused(state: String) async throws {
        try await Till.with { till in
            try await Self.spoil(till, raising: state)
            let rush = Rush(till)
            let outcome = try await Self.around(rush, try rush.command(Self.paid(by: "spoilt", till.house)))
            #expect(outcome.sqlState == state)
            #expect(try await till.count("orders") == 4)
            // The batch, then each alone, the culprit once.
            #expect(await rush.batches.count == 1 + 1 + 4)
        }
    }

    @Test("A value that cannot even be sent")
    func unbindable() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let order = try till.house.decide()
            let key = try #require(IdempotencyKey(header: "k"))
            let spoilt = OrderSubmission(
                order: order, institution: JSONText([0]), charge: JSONText([0]), cancellation: nil,
                key: ScopedKey(institution: order.institution.id, key: key), fingerprint: [],
                answer: StoredAnswer(status: 201, location: "/", body: []), events: [])
            let opener = try await rush.hold()
            let neighbours = try (0..<3).map { _ in rush.place(try rush.command(till.house.request())) }
            let culprit = Task { try await rush.batcher.submit(spoilt) }
            try await eventually("they wait") { await rush.batcher.waitingCount == 4 }
            await rush.open()
            let error = await #expect(throws: PostgresError.self) { try await culprit.value }
            #expect(error?.kind == .encoding)
            for neighbour in neighbours + [opener] { #expect(try await neighbour.value.isPlaced) }
        }
    }

    @Test("A transaction that must be repeated is, and then the order is placed")
    func serialization() async throws {
        try await Till.with { till in
            try await Self.spoil(till, raising: "40001", times: 2)
            let rush = Rush(till)
            let outcome = try await Self.around(rush, try rush.command(Self.paid(by: "spoilt", till.house)))
            #expect(outcome.placed != nil)
            #expect(try await till.count("orders") == 5)
        }
    }

    @Test("A deadlock with somebody who locks in the other order")
    func deadlock() async throws {
        try await Till.with { till in
            _ = try await till.pool.query(
                "ALTER DATABASE \(identifier: till.database.name) SET deadlock_timeout = '100ms'")
            // Connections that know the setting.
            let rush = Rush(till, pool: till.database.pool())
            let commands = try (0..<4).map { _ in try rush.command(till.house.request()) }
            let carts = commands.map(\.request.cartId).sorted()
            let placing = try await till.database.pool().withConnection { other in
                // The last cart first; the batch will hold the first and wait for the last, and then we want the first.
                _ = try await other.query("BEGIN")
                _ = try await other.query(Self.insertOrder(of: carts[3], till))
                let placing = Task { try await rush.together(commands) }
                try await till.waitForLock(of: "placeOrders")
                // We or the batch: whoever is chosen, ours is undone.
                _ = try? await other.query(Self.insertOrder(of: carts[0], till))
                _ = try await other.query("ROLLBACK")
                return placing
            }
            for outcome in try await placing.value { #expect(outcome.placed != nil) }
            #expect(try await till.count("orders") == 5)
        }
    }

    @Test("A lock that somebody keeps: only the order that needs it is sent away")
    func lockTimeout() async throws {
        try await Till.with { till in
            let rush = Rush(till, pool: till.database.pool { $0.lockTimeout = .seconds(2) })
            let command = try rush.command(till.house.request())
            let outcome = try await till.pool.withTransaction { other in
                _ = try await other.query(Self.insertOrder(of: command.request.cartId, till))
                return try await Self.around(rush, command)
            }
            #expect(outcome.sqlState == "55P03")
        }
    }

    @Test("Versions that changed between decision and insert: that order is decided again, by the new price")
    func stale() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            var dearer = till.house.programme
            dearer.version += 1
            dearer.priceList.version += 1
            dearer.priceList.bundleMinorUnits = 240_000
            let other = try till.anotherProcess()
            let commands = try (0..<3).map { _ in try rush.command(till.house.request()) }
            let outcomes = try await rush.together(commands) { try await till.tell([], dearer, to: other) }
            #expect(outcomes.compactMap { $0.placed?.total.minorUnits } == [240_000, 240_000, 240_000])
            #expect(try await till.count("orders") == 4)
        }
    }

    @Test("Two orders of one cart in the queue: never in one batch, one is placed, the other hears of it")
    func twoOfACart() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let request = till.house.request()
            let commands = [try rush.command(request), try rush.command(request)]
            let outcomes = try await rush.together(commands)
            let order = try #require(outcomes.compactMap(\.placed).first)
            #expect(outcomes.compactMap(\.placed).count == 1)
            #expect(outcomes.contains { if case .success(.cartOrdered(order.id)) = $0 { true } else { false } })
            #expect(await rush.batches.count == 3)
        }
    }

    static func insertOrder(of cart: CartID, _ till: Till) -> SQL {
        """
        INSERT INTO orders (id, number, institution_id, cart_id, programme_id, programme_version, programme_name,
            price_list_version, institution, total_minor_units, currency, payment_method, placed_at, state,
            event_sequence)
        VALUES (gen_random_uuid(), gen_random_uuid(), \(till.house.school.id), \(cart), gen_random_uuid(), 1, 'P', 1,
            '{}', 1, 'USD', 'purchase_order', now(), 'placed', 1)
        """
    }
}

extension Till {
    /// Until a statement with this label waits for a lock.
    func waitForLock(of label: String) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while try await pool.query(
            """
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND position(\(label) IN query) > 0
            """
        ).isEmpty {
            try #require(ContinuousClock.now < deadline, "Nothing ever waited.")
            try await TestLoop.shared.sleep(for: .milliseconds(5))
        }
    }
}
