import Fuzzing
import Testing

/// The short form of `deploy/fuzz`: some inputs for every reader of outside bytes.
@Suite("Fuzz")
struct FuzzTests {
    /// Of all targets together; each gets its share, and at least a thousand.
    static let inputs = 150_000

    @Test("No input ends the process or breaks a promise", arguments: FuzzTarget.all)
    func short(target: FuzzTarget) throws {
        let seed = UInt64.random(in: .min ... .max)
        var run = FuzzRun(target, seed: seed)
        do {
            try run.run(max(1_000, Self.inputs * target.share / 1_000))
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
        #expect(run.accepted > 0, "seed \(seed): nothing was accepted, so nothing was tested")
        #expect(run.outcomes.count > 1, "seed \(seed): nothing was refused, so nothing was tested")
    }

    @Test("Every target has a name of its own, and the shares are of a thousand")
    func shares() {
        #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
        #expect((900...1_300).contains(FuzzTarget.all.map(\.share).reduce(0, +)))
    }
}
