import Testing

@testable import ServiceShell

@Suite("Health")
struct HealthTests {
    @Test("Ready means: started, every check says so, and not stopping")
    func transitions() {
        let health = Health()
        let database = health.check("database")
        #expect(!health.isReady)
        health.markStarted()
        #expect(!health.isReady, "a check that has not reported yet is not ready")
        database.ready()
        #expect(health.isReady)
        database.notReady("The database does not answer.")
        #expect(!health.isReady)
        database.ready()
        health.markStopping()
        #expect(!health.isReady)
        #expect(health.report().entries.map(\.name) == ["startup", "shutdown", "database"])
    }

    @Test("A computed check is asked each time")
    func computed() {
        let health = Health()
        let lag = health.check("lag")
        health.check("computed") { lag.status == .ready ? .ready : .notReady("It waits for lag.") }
        health.markStarted()
        #expect(health.report().entries.last?.status == .notReady("It waits for lag."))
        lag.ready()
        #expect(health.isReady)
    }

    @Test("What is degraded is said, and leaves a process ready")
    func degraded() {
        let health = Health()
        let relay = health.check("relay")
        health.markStarted()
        relay.say(.degraded("The broker is silent."))
        #expect(health.isReady)
        #expect(health.report().entries.last?.status == .degraded("The broker is silent."))
    }

    @Test("Whether a process has caught up is asked of others, and does not count for readiness")
    func caughtUp() async {
        let health = Health()
        health.markStarted()
        health.catchingUp("inbox") { .notReady("3 records wait to be read.") }
        #expect(health.isReady)
        #expect(await !health.catchUpReport().isReady)
    }
}
