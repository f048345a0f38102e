import HTTPClient
import JSON
import Postgres
import Reactor
import TestSupport
import Testing

/// One question asked a hundred times at once, of two processes of checkout: the real binaries.
@Suite("Identical orders over two processes", .serialized)
struct IdenticalOrdersTests {
    static let racers = 100
    static let rounds = 6

    @Test("100 identical POSTs at once over two processes give one order, one body, and 409 only while it runs")
    func identical() async throws {
        try await Fleet.with(.embedded) { fleet in
            let customers = try await Customers(fleet)
            var orders: [PlacedOrder] = []
            for round in 0..<Self.rounds {
                // In every other round the table is locked until somebody was told that the question is at work.
                let order = try await customers.chosen("\(UniqueName.next())-\(round)")
                let race = OrderRace(fleet, order, by: customers, isHeld: round.isMultiple(of: 2))
                orders.append(try await race.run())
                Report.say("\(fleet.broker), identical orders: \(race.description)")
            }
            var checker = Checker(fleet)
            _ = try await checker.check(orders)
        }
    }
}

/// One order, asked for by all racers under one key.
private final class OrderRace: Sendable {
    private struct Seen {
        /// The first answer with 201.
        var body: [UInt8]?
        var placed = 0
        var refused = 0
        var busy = 0
    }

    private let fleet: Fleet
    private let order: ChosenOrder
    private let customers: Customers
    private let isHeld: Bool
    private let client: Client
    private let seen = Lock(Seen())

    init(_ fleet: Fleet, _ order: ChosenOrder, by customers: Customers, isHeld: Bool) {
        self.fleet = fleet
        self.order = order
        self.customers = customers
        self.isHeld = isHeld
        var configuration = ClientConfiguration()
        configuration.durationMax = .seconds(120)
        configuration.connectionsPerHostMax = IdenticalOrdersTests.racers
        client = Client(on: TestLoop.shared, configuration: configuration)
    }

    func run() async throws -> PlacedOrder {
        do {
            let placed = try await race()
            await client.close()
            return placed
        } catch {
            await client.close()
            throw error
        }
    }

    private func race() async throws -> PlacedOrder {
        func start() -> [Task<Void, any Error>] {
            (0..<IdenticalOrdersTests.racers).map { racer in Task { try await self.askUntilPlaced(racer) } }
        }
        var racers: [Task<Void, any Error>] = []
        if isHeld {
            // Whoever comes first in a process cannot finish: the others certainly come while it runs.
            racers = try await fleet.database("checkout").withTransaction { transaction in
                _ = try await transaction.query("LOCK TABLE orders IN SHARE MODE")
                let racers = start()
                try await fleet.wait(for: "somebody is told that the question is at work") {
                    self.seen.withLock { $0.refused > 0 }
                }
                return racers
            }
        } else {
            racers = start()
        }
        for racer in racers { try await racer.value }
        let seen = seen.withLock { $0 }
        guard let body = seen.body, seen.placed == IdenticalOrdersTests.racers else {
            throw FleetFailed("\(seen.placed) were answered with 201")
        }
        for index in 0..<Fleet.processesPerService {
            let answer = try await ask(index)
            guard answer.status == 201, answer.body == body else {
                throw FleetFailed("asked again, checkout \(index) answered \(Self.text(answer))")
            }
        }
        try await expectOne("orders", "SELECT count(*) AS count FROM orders WHERE cart_id = \(order.cart)::uuid")
        try await expectOne(
            "keys", "SELECT count(*) AS count FROM idempotency_keys WHERE key = \(order.name)")
        return try order.placed(body)
    }

    /// As each of a hundred clients does: it asks until it has its answer. A question that began after anybody was
    /// answered is answered so too, and never told that it is at work.
    private func askUntilPlaced(_ racer: Int) async throws {
        let process = racer % Fleet.processesPerService
        while true {
            let isLate = seen.withLock { $0.body != nil }
            let answer = try await ask(process)
            let isLater = answer.headers["Retry-After"] != nil
            let isOneAnswer = seen.withLock { seen in
                switch answer.status {
                case 201:
                    seen.placed += 1
                    seen.body = seen.body ?? answer.body
                    return seen.body == answer.body
                case 409: seen.refused += 1
                default: seen.busy += 1
                }
                return true
            }
            guard isOneAnswer else { throw FleetFailed("one key, two answers: \(Self.text(answer))") }
            if answer.status == 201 { return }
            // 503 on a machine that is too slow for the database's limits: the promise is about the other answers.
            guard isLater, answer.status == 503 || answer.status == 409 && !isLate else {
                throw FleetFailed("\(isLate ? "after the answer " : "")it was told \(Self.text(answer))")
            }
            try await TestLoop.shared.sleep(for: Customers.pause)
        }
    }

    private func ask(_ index: Int) async throws -> ClientResponse {
        let url = try fleet.process("checkout", index).url("/v1/orders")
        return try await client.send(customers.request("POST", url, key: order.name, body: order.question))
    }

    private func expectOne(_ what: String, _ sql: SQL) async throws {
        let count: Int64 = try await fleet.database("checkout").query(sql).one().get("count")
        guard count == 1 else { throw FleetFailed("there are \(count) \(what)") }
    }

    private static func text(_ answer: ClientResponse) -> String {
        "\(answer.status): \(String(decoding: answer.body, as: UTF8.self))"
    }

    var description: String {
        let seen = seen.withLock { $0 }
        return "\(seen.placed) × 201 with one body, \(seen.refused) × 409, \(seen.busy) × 503\(isHeld ? "; held" : "")"
    }
}
