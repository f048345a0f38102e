import Glibc
import Postgres
import Reactor
import TestSupport
import Testing

/// What can happen to what the services stand on, while two processes of each take orders: all of it is made good, and
/// nothing stays behind.
@Suite("Two processes of each service, and faults below them", .serialized)
struct FaultTests {
    static let ordersMax = 60
    static let interval: Duration = .milliseconds(100)

    @Test(
        "The database crashes and freezes, the broker goes away, a relay stands still: every order is fulfilled once",
        arguments: Fleet.Broker.available)
    func faults(broker: Fleet.Broker) async throws {
        try await Fleet.with(broker) { fleet in
            let round = try await FaultRound(fleet)
            try await round.run("nothing") { _ in }
            try await round.run("a relay that is stopped and continued", stopRelay)
            try await round.run("a database that crashes") { try await $0.crashServer() }
            try await round.run("a database that freezes", freezeServer)
            try await round.run(broker == .embedded ? "a broker that forgets" : "a broker that crashes") { fleet in
                await fleet.killBroker()
                try await TestLoop.shared.sleep(for: .seconds(2))
                try await fleet.startBroker()
            }
            try await round.run("a process more in a group, and one less", joinAndLeave)
        }
    }

    /// The holder of checkout's lease stands still until the other process has taken over and published.
    private func stopRelay(_ fleet: Fleet) async throws {
        let before = try await fleet.relayEpoch("checkout")
        guard let holder = try await fleet.relayHolder("checkout") else { throw FleetFailed("nobody holds the lease") }
        holder.process.signal(SIGSTOP)
        do {
            try await fleet.wait(for: "the other process has taken over") {
                try await fleet.relayEpoch("checkout") > before
            }
            // It publishes for a while, so that what the stopped one had in hand is old.
            try await TestLoop.shared.sleep(for: .seconds(1))
        } catch {
            holder.process.signal(SIGCONT)
            throw error
        }
        let taken = try await fleet.relayEpoch("checkout")
        holder.process.signal(SIGCONT)
        try await fleet.wait(for: "the continued process knows that it is no longer the one") {
            try await fleet.metric("filmclub_relay_holder", of: holder) == 0
        }
        let after = try await fleet.relayEpoch("checkout")
        guard after == taken else {
            throw FleetFailed("the epoch went from \(taken) to \(after): the lease was taken back")
        }
    }

    /// Connections stay open and nobody answers: the processes say that they are not ready, and later that they are.
    private func freezeServer(_ fleet: Fleet) async throws {
        try await fleet.freezeServer()
        do {
            for process in fleet.everyProcess {
                try await fleet.wait(for: "\(process.name) is not ready", atMost: .seconds(300)) {
                    try await fleet.ask("/health/ready", of: process).status == 503
                }
            }
        } catch {
            try await fleet.thawServer()
            throw error
        }
        try await fleet.thawServer()
        for process in fleet.everyProcess {
            try await fleet.wait(for: "\(process.name) is ready again", atMost: .seconds(300)) {
                try await fleet.ask("/health/ready", of: process).status == 200
            }
        }
    }

    /// Rebalances while transactions are open: a third process comes, and goes.
    private func joinAndLeave(_ fleet: Fleet) async throws {
        for service in ["streaming", "checkout"] {
            let before = try await fleet.rebalances()
            try await fleet.start(service, Fleet.processesPerService)
            try await fleet.wait(for: "the group has given out its partitions anew") {
                try await fleet.rebalances() > before
            }
            try await fleet.end(service, Fleet.processesPerService)
        }
    }
}

/// One fault after the other in one fleet, each under load, each to its end.
private actor FaultRound {
    private let fleet: Fleet
    private let customers: Customers
    private var checker: Checker
    private var baseline: Baseline?

    init(_ fleet: Fleet) async throws {
        self.fleet = fleet
        customers = try await Customers(fleet)
        checker = Checker(fleet)
    }

    /// The first round, without a fault, is what the later ones are compared with.
    func run(_ name: String, _ fault: @Sendable (Fleet) async throws -> Void) async throws {
        let begin = ContinuousClock.now
        do {
            async let placed = customers.place(FaultTests.ordersMax, every: FaultTests.interval)
            try await TestLoop.shared.sleep(for: .seconds(1))
            try await fault(fleet)
            let orders = try await placed
            var checker = checker
            let census = try await checker.check(orders)
            self.checker = checker
            let asked = orders.map(\.repetitions).reduce(0, +)
            let found: Baseline
            if let baseline {
                found = try await Baseline.settled(fleet, like: baseline)
            } else {
                found = try await Baseline.atRest(fleet)
                baseline = found
            }
            Report.say(
                """
                \(fleet.broker), \(name): \(orders.count) orders, each fulfilled once, \(asked) questions asked again, \
                \(census.repetitions) of \(census.records) records repeated; \(found); \(ContinuousClock.now - begin)
                """)
        } catch {
            throw FleetFailed("\(name): \(error)")
        }
    }
}

/// What a fleet holds when nothing happens.
struct Baseline: Sendable, CustomStringConvertible {
    var connections = 0
    var descriptors = 0
    var residentKibibytes = 0

    var description: String {
        "\(connections) connections, \(descriptors) descriptors, \(residentKibibytes / 1_024) MiB in \(Fleet.services.count * Fleet.processesPerService) processes"
    }

    /// A fleet's pools keep what nobody needs for a second (`Fleet.start`): what is left are the connections that
    /// listen, and one or two in each process for what it does by itself.
    private static let restMin: Duration = .seconds(5)
    private static let interval: Duration = .milliseconds(500)
    /// Of debug binaries, whose allocator keeps what it once had.
    private static let residentGrowthMax = 1.5

    static func measure(_ fleet: Fleet) async throws -> Baseline {
        Baseline(
            connections: try await fleet.connections(),
            descriptors: fleet.everyProcess.map(\.descriptors).reduce(0, +),
            residentKibibytes: fleet.everyProcess.map(\.residentKibibytes).reduce(0, +))
    }

    /// The most that is there while nothing happens.
    static func atRest(_ fleet: Fleet) async throws -> Baseline {
        try await TestLoop.shared.sleep(for: restMin)
        var most = Baseline()
        let end = ContinuousClock.now + restMin
        while ContinuousClock.now < end {
            most.rise(to: try await measure(fleet))
            try await TestLoop.shared.sleep(for: interval)
        }
        return most
    }

    private mutating func rise(to other: Baseline) {
        connections = max(connections, other.connections)
        descriptors = max(descriptors, other.descriptors)
        residentKibibytes = max(residentKibibytes, other.residentKibibytes)
    }

    /// Waits until it is back where `baseline` was (I16): not one connection or descriptor more.
    static func settled(_ fleet: Fleet, like baseline: Baseline) async throws -> Baseline {
        var found = try await measure(fleet)
        let deadline = ContinuousClock.now + .seconds(180)
        while !found.isLike(baseline) {
            guard ContinuousClock.now < deadline else { throw FleetFailed("from \(baseline) it came to \(found)") }
            try await TestLoop.shared.sleep(for: interval)
            found = try await measure(fleet)
        }
        return found
    }

    private func isLike(_ other: Baseline) -> Bool {
        connections <= other.connections && descriptors <= other.descriptors
            && Double(residentKibibytes) <= Double(other.residentKibibytes) * Self.residentGrowthMax
    }
}
