import FilmClubModel
import Testing

@testable import OperatorCommand

@Suite("The doctor's judgement")
struct DoctorTests {
    private func reading(
        version: Int32 = 150_018, clockAhead: Duration = .milliseconds(40), sets: [String] = ["catalog", "messaging"],
        parked: Int64 = 0
    ) -> Judgement.DatabaseReading {
        Judgement.DatabaseReading(
            version: version, clockAhead: clockAhead, migrationSets: sets, migrations: 7, parked: parked)
    }

    private static let topics = Dictionary(
        uniqueKeysWithValues: Topic.allWithDeadLetters.map { ($0.name, Topic.partitions) })

    @Test("A healthy house is well, and needs nothing done")
    func healthy() {
        let checks = [Judgement.Check(name: "database", status: "ready", reason: nil)]
        let findings =
            Judgement.database("catalog", reading()) + Judgement.broker(isEmbedded: false, partitions: Self.topics)
            + Judgement.service("cart", ready: checks, caughtUp: checks)
            + [Judgement.key(status: 404), Judgement.disk("/srv", free: 50 << 30, total: 100 << 30)]
        #expect(findings.count == 5)
        #expect(findings.allSatisfy { $0.state == .well && $0.remedy == nil })
        #expect(
            findings.contains {
                $0.text == "well    database catalog: PostgreSQL 15 answers, with 7 migrations applied."
            })
    }

    @Test("A database says what is wrong with it, all at once")
    func database() {
        let sick = Judgement.database(
            "cart", reading(version: 140_002, clockAhead: .seconds(-61), sets: [], parked: 2))
        #expect(sick.map(\.state) == [.broken, .warning, .broken, .warning])
        #expect(sick[0].sentence == "It has no schema.")
        #expect(sick[1].sentence.contains("PostgreSQL 14"))
        #expect(sick[2].sentence == "Its clock is 61 seconds behind this machine's.")
        #expect(sick[3].sentence.hasPrefix("2 messages are parked"))
        #expect(sick.allSatisfy { $0.remedy != nil && $0.subject == "database cart" })
    }

    @Test(
        "A clock within a second is well, within a minute a warning, beyond it broken",
        arguments: [
            (1_000, nil), (-1_000, nil), (1_001, .warning), (60_000, .warning), (-60_000, .warning),
            (60_001, .broken), (-3_600_000, .broken),
        ] as [(Int, Finding.State?)])
    func clock(milliseconds: Int, state: Finding.State?) {
        #expect(Judgement.clock("database cart", ahead: .milliseconds(milliseconds))?.state == state)
    }

    @Test("A broker lacks topics, has other partitions, or keeps all in memory")
    func broker() {
        var topics = Self.topics
        topics[Topic.orders.name] = nil
        topics[Topic.films.name] = 4
        let sick = Judgement.broker(isEmbedded: true, partitions: topics)
        #expect(sick.map(\.state) == [.broken, .broken, .warning])
        #expect(sick[0].sentence == "It has no topic checkout.orders.v1.")
        #expect(sick[1].sentence == "The topic catalog.films.v1 has 4 partitions instead of 8.")
        #expect(Judgement.broker(isEmbedded: false, partitions: [:]).map(\.state) == [.broken])
    }

    @Test("A service that is degraded or behind is a warning, one that is not ready is broken")
    func service() {
        let sick = Judgement.service(
            "checkout",
            ready: [
                .init(name: "database", status: "not-ready", reason: "It does not answer."),
                .init(name: "relay", status: "degraded", reason: "The broker is silent."),
                .init(name: "startup", status: "ready", reason: nil),
            ], caughtUp: [.init(name: "outbox", status: "not-ready", reason: "3 events wait.")])
        #expect(sick.map(\.state) == [.broken, .warning, .warning])
        #expect(sick[0].sentence == "database is not-ready: It does not answer.")
        #expect(sick[2].sentence == "outbox is behind: 3 events wait.")
    }

    @Test("A refused token and an answer that tells nothing are told apart")
    func key() {
        #expect(Judgement.key(status: 401).state == .broken)
        #expect(Judgement.key(status: 503).state == .warning)
    }

    @Test("A disk is a warning below a tenth and broken below a gibibyte")
    func disk() {
        #expect(Judgement.disk("/srv", free: 10 << 30, total: 100 << 30).state == .well)
        #expect(Judgement.disk("/srv", free: (10 << 30) - 1, total: 100 << 30).state == .warning)
        #expect(Judgement.disk("/srv", free: (1 << 30) - 1, total: 2 << 30).state == .broken)
    }
}
