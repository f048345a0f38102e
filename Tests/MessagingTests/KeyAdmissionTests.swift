import FilmClubModel
import TestSupport
import Testing

@testable import Messaging

@Suite("Admission to an inbox")
struct KeyAdmissionTests {
    @Test(
        "Facts are applied in sequence, dropped when seen, parked when early",
        arguments: [
            (watermark: 0, arrives: 1, verdict: KeyAdmission.Verdict.apply),
            (watermark: 0, arrives: 2, verdict: .park),
            (watermark: 3, arrives: 3, verdict: .drop),
            (watermark: 3, arrives: 1, verdict: .drop),
            (watermark: 3, arrives: 4, verdict: .apply),
            (watermark: 3, arrives: 9, verdict: .park),
        ])
    func facts(watermark: Int64, arrives: Int64, verdict: KeyAdmission.Verdict) {
        var admission = KeyAdmission(kind: .facts, watermark: watermark)
        #expect(admission.arrive(arrives) == verdict)
        #expect(admission.watermark == (verdict == .apply ? arrives : watermark))
    }

    @Test("A state event needs none of those before it, and an older one is dropped")
    func state() {
        var admission = KeyAdmission(kind: .state, watermark: 2)
        #expect(admission.arrive(7) == .apply)
        #expect(admission.arrive(6) == .drop)
        #expect(admission.watermark == 7)
    }

    @Test("A later state heals a key whose earlier one could not be applied")
    func stateHeals() {
        var admission = KeyAdmission(kind: .state, watermark: 2, blocked: [3])
        #expect(admission.arrive(3) == .drop)
        #expect(admission.arrive(4) == .apply)
    }

    @Test("What waits is released in order as soon as the gap closes")
    func release() {
        var admission = KeyAdmission(kind: .facts, watermark: 0, waiting: [2, 3, 5])
        #expect(admission.releaseNext() == nil)
        #expect(admission.arrive(1) == .apply)
        #expect(admission.releaseNext() == 2)
        #expect(admission.releaseNext() == 3)
        #expect(admission.releaseNext() == nil)
        #expect(admission.watermark == 3)
    }

    @Test("A poisoned event holds back what follows it, and is not tried again by its repetition")
    func poison() {
        var admission = KeyAdmission(kind: .facts, watermark: 1, blocked: [2])
        #expect(admission.arrive(2) == .drop)
        #expect(admission.arrive(3) == .park)
        #expect(admission.arrive(3) == .drop)
        #expect(admission.watermark == 1)
    }

    @Test("Any order of arrival, with repetitions, applies 1…k once each and in order", arguments: 0..<50)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var arrivals = (Array(Int64(1)...20) + Array(Int64(1)...20)).shuffled(using: &random)
        arrivals += [1, 20]
        var admission = KeyAdmission(kind: .facts, watermark: 0)
        var applied: [Int64] = []
        for sequence in arrivals {
            guard admission.arrive(sequence) == .apply else { continue }
            applied.append(sequence)
            while let next = admission.releaseNext() { applied.append(next) }
        }
        #expect(applied == Array(1...20), "seed \(seed)")
    }
}
