import CatalogDomain
import TestSupport
import Testing

@Suite("Typing errors of one letter")
struct SpellingTests {
    @Test("A letter left out, one too many, another one, and two changed about are one slip; more is more")
    func slips() {
        for slip in ["almodovar", "almodobar", "almodvar", "almodoovar", "almoodvar", "lmodovar", "almodova"] {
            #expect(Spelling.isOneSlip(slip, from: "almodovar"), "\(slip)")
            #expect(Spelling.isOneSlip("almodovar", from: slip), "\(slip)")
        }
        for other in ["amldovr", "almodoobar", "almod", "ravodomla", "almodovarxy", ""] {
            #expect(!Spelling.isOneSlip(other, from: "almodovar"), "\(other)")
        }
    }

    @Test("Whatever is one slip away is found by what is left of both without a letter")
    func looksUp() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let letters = Array("abcñ")
        func word() -> String {
            String(
                (0..<Int.random(in: 3...7, using: &random)).compactMap { _ in letters.randomElement(using: &random) })
        }
        for _ in 0..<20_000 {
            let (one, other) = (word(), word())
            guard Spelling.isOneSlip(one, from: other) else { continue }
            #expect(
                !Spelling.shortened(one).isDisjoint(with: Spelling.shortened(other)), "seed \(seed): \(one) \(other)")
        }
    }
}
