import Glibc
import Reactor
import Testing

/// Two processes of each service, on a broker of either kind, restarted in orders that nobody chose.
/// `deploy/races --all` tries all 24 of them.
@Suite("Two processes of each service", .serialized)
struct RestartTests {
    /// Orders a round, spread over the time that the restarts take.
    static let ordersMax = 200
    static let interval: Duration = .milliseconds(50)

    @Test(
        "Whatever is restarted in whatever order, each order is fulfilled exactly once",
        arguments: Fleet.Broker.available)
    func restarts(broker: Fleet.Broker) async throws {
        try await Fleet.with(broker) { fleet in
            let customers = try await Customers(fleet)
            var checker = Checker(fleet)
            for (number, order) in Self.restartOrders.enumerated() {
                async let placed = customers.place(Self.ordersMax, every: Self.interval)
                try await restart(fleet, order, round: number)
                let orders = try await placed
                let census = try await checker.check(orders)
                try await report(fleet, order, checker, census)
            }
        }
    }

    /// Each service's processes one after the other: one is told to stop, the other is killed; which one, alternates.
    private func restart(_ fleet: Fleet, _ order: [String], round: Int) async throws {
        for service in order {
            for index in 0..<Fleet.processesPerService {
                let isGraceful = (round + index).isMultiple(of: 2)
                try await fleet.restart(service, index, by: isGraceful ? SIGTERM : SIGKILL)
            }
        }
    }

    private func report(
        _ fleet: Fleet, _ order: [String], _ checker: Checker, _ census: TopicCensus
    ) async throws {
        let rebalances = try await fleet.rebalances()
        for process in fleet.everyProcess { await fleet.count(process) }
        let counts = fleet.counts.withLock { $0 }
        try checker.expect(rebalances > 0 && counts.applied > 0, "nothing moved: \(counts), \(rebalances) rebalances")
        let repeated = checker.orders.map(\.repetitions).reduce(0, +)
        Report.say(
            """
            \(fleet.broker), \(order.joined(separator: " ")): \(checker.orders.count) orders so far, each fulfilled once; \
            \(counts.restarts) restarts (\(counts.kills) killed, slowest stop \(counts.slowestStop)), \
            \(rebalances) assignments, \(repeated) questions asked again, \(census.records) records \
            (\(census.repetitions) repetitions), \(counts.dropped) duplicates dropped
            """)
    }

    // MARK: - Orders

    /// As many as are asked for, or as the tests have time for: one drawn by lot, and that one backwards.
    static var restartOrders: [[String]] {
        if let count = getenv("FILMCLUB_RACES").flatMap({ Int(String(cString: $0)) }) {
            return Array(permutations(Fleet.services).shuffled().prefix(count))
        }
        let drawn = Fleet.services.shuffled()
        return [drawn, drawn.reversed()]
    }

    private static func permutations(_ elements: [String]) -> [[String]] {
        guard elements.count > 1 else { return [elements] }
        return elements.flatMap { first in
            permutations(elements.filter { $0 != first }).map { [first] + $0 }
        }
    }
}

/// A line for people, past the test library's own.
enum Report {
    static func say(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(1, bytes, bytes.count)
    }
}
