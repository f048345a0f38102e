import CheckoutDomain
import Testing

@Suite("How fast overdue answers are asked for")
struct AskingPaceTests {
    @Test("Questions use up a trust, silence leaves a few an interval, and an answer renews it")
    func trust() {
        let start = ContinuousClock.now
        var pace = AskingPace(trustMax: 10, probeOrders: 3, probeInterval: .seconds(10))
        #expect(pace.allowance(now: start) == 10)
        pace.asked(for: 4, now: start)
        #expect(pace.allowance(now: start) == 6)
        pace.asked(for: 6, now: start)
        #expect(pace.allowance(now: start) == 0)
        #expect(pace.allowance(now: start + .seconds(9)) == 0)
        #expect(pace.allowance(now: start + .seconds(10)) == 3)
        pace.asked(for: 0, now: start + .seconds(10))
        #expect(pace.allowance(now: start + .seconds(10)) == 3, "a look that found nothing overdue has asked nobody")
        pace.asked(for: 3, now: start + .seconds(10))
        #expect(pace.allowance(now: start + .seconds(11)) == 0)
        pace.answerHeard()
        #expect(pace.allowance(now: start + .seconds(11)) == 10)
        pace.asked(for: .max, now: start)
        #expect(pace.allowance(now: start) == 0)
    }

    @Test("In silence a day's questions have a bound, however many orders are overdue")
    func bound() {
        var pace = AskingPace()
        let start = ContinuousClock.now
        var asked = 0
        for second in 0..<86_400 {
            let now = start + .seconds(second)
            let orders = pace.allowance(now: now)
            pace.asked(for: orders, now: now)
            asked += orders
        }
        #expect(asked <= pace.trustMax + pace.probeOrders * 8_640)
    }
}
