import CheckoutDomain
import FilmClubModel
import ServiceTestSupport
import Testing

@Suite("How an order goes on")
struct OrderProgressTests {
    let order: PlacedOrder
    var lines: [OrderLineID: FilmID] {
        Dictionary(uniqueKeysWithValues: order.lines.map { ($0.lineId, $0.filmId) })
    }

    init() throws { order = try SampleHouse().decide() }

    func granted(
        _ change: (inout EntitlementsGranted) -> Void = { _ in }
    ) -> EntitlementsGranted {
        var answer = EntitlementsGranted(
            orderId: order.id, institutionId: order.institution.id,
            entitlements: order.lines.map {
                GrantedEntitlement(
                    entitlementId: .generate(now: SampleHouse.now), lineId: $0.lineId, filmId: $0.filmId,
                    opensAt: SampleHouse.now, closesAt: SampleHouse.now + .seconds(7 * 86_400))
            })
        change(&answer)
        return answer
    }

    var refused: EntitlementsRefused {
        EntitlementsRefused(
            orderId: order.id, institutionId: order.institution.id, reason: "film-without-media")
    }

    @Test("Entitlements fulfil it, and nobody waits any longer")
    func fulfilled() {
        var progress = order.progress
        let effect = progress.entitlementsGranted(granted(), lines: lines, now: SampleHouse.now)
        let event = OrderFulfilled(orderId: order.id, institutionId: order.institution.id, fulfilledAt: SampleHouse.now)
        guard case .events(let events) = effect else {
            Issue.record("\(effect)")
            return
        }
        #expect(events.map(\.body) == [.fulfilled(event)])
        #expect(events.map(\.sequence) == [3])
        #expect(progress.state == .fulfilled)
        #expect(progress.waiting == nil)
        #expect(progress.parked == nil)
    }

    @Test("The same answer twice tells nothing twice")
    func twice() {
        var progress = order.progress
        _ = progress.entitlementsGranted(granted(), lines: lines, now: SampleHouse.now)
        let once = progress
        #expect(progress.entitlementsGranted(granted(), lines: lines, now: SampleHouse.now) == .absorbed)
        #expect(progress.entitlementsRefused(refused) == .absorbed)
        #expect(progress == once)
    }

    @Test("A refusal parks it, visible with its reason, and nobody asks again")
    func refusal() {
        var progress = order.progress
        #expect(progress.entitlementsRefused(refused) == .parked(.entitlementsRefused("film-without-media")))
        #expect(progress.state == .confirmed)
        #expect(progress.sequence == 2)
        let overdue = progress.answerOverdue()
        #expect(!overdue)
    }

    @Test("A parked order still takes the answer when it comes")
    func lateAnswer() {
        var progress = order.progress
        for _ in 0..<AnswerDeadline.attemptsMax { _ = progress.answerOverdue() }
        #expect(progress.parked == .noAnswer)
        let effect = progress.entitlementsGranted(granted(), lines: lines, now: SampleHouse.now)
        guard case .events = effect else {
            Issue.record("\(effect)")
            return
        }
        #expect(progress.state == .fulfilled)
        #expect(progress.parked == nil)
    }

    @Test(
        "Entitlements that are not exactly what was ordered fulfil nothing",
        arguments: ["one missing", "one twice", "another film", "another institution", "none"])
    func mismatch(_ what: String) throws {
        let other = try SampleHouse()
        let answer = granted { answer in
            switch what {
            case "one missing": answer.entitlements.removeLast()
            case "one twice": answer.entitlements[4] = answer.entitlements[0]
            case "another film": answer.entitlements[2].filmId = other.films[0].id
            case "another institution": answer.institutionId = other.school.id
            default: answer.entitlements = []
            }
        }
        var progress = order.progress
        #expect(
            progress.entitlementsGranted(answer, lines: lines, now: SampleHouse.now) == .parked(.entitlementsMismatch))
        #expect(progress.state == .confirmed)
    }

    @Test(
        "An order that has ended absorbs every answer",
        arguments: [OrderState.fulfilled, .cancelled, .refunded])
    func absorbing(_ state: OrderState) {
        let ended = OrderProgress(
            orderId: order.id, institutionId: order.institution.id, state: state, sequence: 3, parked: nil,
            waiting: .first)
        var progress = ended
        #expect(progress.entitlementsGranted(granted(), lines: lines, now: SampleHouse.now) == .absorbed)
        #expect(progress.entitlementsRefused(refused) == .absorbed)
        let overdue = progress.answerOverdue()
        #expect(!overdue)
        #expect(progress == ended)
    }

    @Test("An answer to an order that was never confirmed parks it")
    func answerBeforeConfirmation() {
        var progress = OrderProgress(
            orderId: order.id, institutionId: order.institution.id, state: .placed, sequence: 1, parked: nil,
            waiting: nil)
        let effect = progress.entitlementsGranted(granted(), lines: lines, now: SampleHouse.now)
        #expect(effect == .parked(.answerBeforeConfirmation))
        #expect(progress.state == .placed)
    }

    @Test("Asking again waits 5 s, then twice as long each time up to 40 s, and never ends by itself")
    func deadlines() {
        var progress = order.progress
        var waits: [Duration] = []
        var parkedAfter: Int?
        for attempt in 1...12 {
            waits.append(progress.waiting?.wait ?? .zero)
            let asks = progress.answerOverdue()
            #expect(asks)
            if progress.parked != nil, parkedAfter == nil { parkedAfter = attempt }
        }
        #expect(waits.map { Int($0 / .seconds(1)) } == [5, 10, 20, 40, 40, 40, 40, 40, 40, 40, 40, 40])
        #expect(parkedAfter == AnswerDeadline.attemptsMax)
        #expect(AnswerDeadline(attempts: .max).next.wait == AnswerDeadline.waitMax)
    }

    @Test("States follow the graph; the last ones have no successor")
    func graph() {
        #expect(OrderState.placed.successors == [.confirmed, .cancelled])
        #expect(OrderState.confirmed.successors == [.fulfilled, .cancelled, .refunded])
        #expect(OrderState.fulfilled.successors == [.cancelled, .refunded])
        #expect(OrderState.cancelled.successors.isEmpty)
        #expect(OrderState.refunded.successors.isEmpty)
    }

    @Test(
        "A reason for parking reads as it was written",
        arguments: [
            ParkingReason.entitlementsRefused("film-without-media"), .entitlementsMismatch,
            .answerBeforeConfirmation, .noAnswer,
        ])
    func parkingReasons(_ reason: ParkingReason) {
        #expect(ParkingReason(reason.text) == reason)
    }
}
