/// Gives one target many inputs. What an input teaches guides the next ones: an input with an outcome that was not seen
/// before, and now and then one that was accepted, is kept and mutated further.
public struct FuzzRun {
    static let corpusMax = 400

    public private(set) var outcomes: [String: Int] = [:]

    private let target: FuzzTarget
    private let mutator: Mutator
    private var corpus: [[UInt8]]
    private var random: FuzzRandom

    public init(_ target: FuzzTarget, seed: UInt64) {
        self.target = target
        mutator = Mutator(words: target.words)
        corpus = target.seeds.isEmpty ? [[]] : target.seeds
        random = FuzzRandom(seed: seed)
    }

    /// Inputs that were taken.
    public var accepted: Int { outcomes.filter { $0.key.hasPrefix("accepted") }.values.reduce(0, +) }

    /// - Parameter before: called with each input before it is read, for what a trap leaves behind.
    public mutating func run(_ inputs: Int, before: ([UInt8]) -> Void = { _ in }) throws(BrokenPromise) {
        for _ in 0..<inputs {
            let input = nextInput()
            before(input)
            do {
                learn(input, try target.check(input))
            } catch {
                throw BrokenPromise(target: target.name, input: input, sentence: error.description)
            }
        }
    }

    private mutating func nextInput() -> [UInt8] {
        if let make = target.make, random.below(3) == 0 {
            let made = make(&random)
            return random.oneIn(2) ? made : mutator.mutated(made, with: random.pick(corpus), &random)
        }
        return mutator.mutated(random.pick(corpus), with: random.pick(corpus), &random)
    }

    private mutating func learn(_ input: [UInt8], _ outcome: String) {
        let isNew = outcomes[outcome] == nil
        outcomes[outcome, default: 0] += 1
        guard isNew || (outcome.hasPrefix("accepted") && random.oneIn(64)) else { return }
        if corpus.count < Self.corpusMax {
            corpus.append(input)
        } else {
            // Seeds stay.
            let place = target.seeds.count + random.below(max(1, corpus.count - target.seeds.count))
            if place < corpus.count { corpus[place] = input }
        }
    }
}

/// An input under which something did not hold.
public struct BrokenPromise: Error, CustomStringConvertible {
    public let target: String
    public let input: [UInt8]
    public let sentence: String

    public var description: String {
        let digits = Array("0123456789abcdef")
        let hex = input.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
        return "\(target): \(sentence)\ninput, in hexadecimal: \(hex)"
    }
}
