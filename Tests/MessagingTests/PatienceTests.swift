import FilmClubModel
import Testing

@testable import Messaging

@Suite("Patience with what usually passes")
struct PatienceTests {
    private let stuck = TopicKey(topic: .orders, key: "stuck")
    private let other = TopicKey(topic: .orders, key: "other")

    private func patience(attemptsMax: Int32 = 3) -> Patience {
        var limits = InboxLimits()
        limits.stubbornBatchesMax = 2
        limits.stubbornAttemptsMax = attemptsMax
        return Patience(limits)
    }

    @Test("A batch is looked at event by event only after it has failed again and again")
    func batches() {
        var patience = patience()
        let failures = (patience.batchFailed(), patience.batchFailed())
        patience.batchSucceeded()
        let anew = patience.batchFailed()
        #expect(failures == (false, true))
        #expect(!anew)
    }

    /// What is overdue after each of some passes.
    private func overdue(
        attemptsMax: Int32 = 3, _ passes: [(failed: [TopicKey], othersSucceeded: Bool)]
    ) -> [Set<TopicKey>] {
        var patience = patience(attemptsMax: attemptsMax)
        return passes.map { patience.passEnded(failed: $0.failed, othersSucceeded: $0.othersSucceeded) }
    }

    @Test("While everything fails nothing is counted, however long")
    func everythingFails() {
        let passes = (0..<100).flatMap { _ in [([stuck, other], false), ([stuck], false)] }
        #expect(overdue(passes) == passes.map { _ in [] })
    }

    @Test("What fails while others take effect is overdue after its attempts, also when nothing else comes")
    func oneFails() {
        #expect(overdue([([stuck], true), ([stuck], false), ([stuck], false)]) == [[], [], [stuck]])
    }

    @Test("A suspect that fails together with another one is not counted: the database may be slow")
    func suspectAmongMany() {
        let passes = [([stuck], true)] + (0..<100).map { _ in ([stuck, other], false) }
        #expect(overdue(passes) == passes.map { _ in [] })
    }

    @Test("What has succeeded meanwhile begins anew")
    func recovers() {
        #expect(overdue(attemptsMax: 2, [([stuck], true), ([other], true), ([stuck], true)]) == [[], [], []])
    }
}
