/// Random numbers that a seed gives again (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
public struct FuzzRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to one below the limit, which must be above 0.
    mutating func below(_ limit: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(limit)).high) }

    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<below(10) {
            let limit = pick([0x80, 0x80, 0x800, 0x1_0000, 0x11_0000])
            if let scalar = Unicode.Scalar(UInt32(1 + below(limit - 1))) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}

/// Changes an input a little: a bit, a byte, a word of the grammar, a stretch lost, doubled or taken from another input.
struct Mutator {
    static let bytesMax = 8_192

    let words: [[UInt8]]

    func mutated(_ input: [UInt8], with other: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        var bytes = input
        for _ in 0...random.below(4) { mutate(&bytes, other, &random) }
        return bytes.count <= Self.bytesMax ? bytes : Array(bytes.prefix(Self.bytesMax))
    }

    private func mutate(_ bytes: inout [UInt8], _ other: [UInt8], _ random: inout FuzzRandom) {
        let place = random.below(bytes.count + 1)
        let end = min(bytes.count, place + 1 + random.below(random.oneIn(8) ? 200 : 12))
        switch random.below(11) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < bytes.count: bytes[place] = random.byte()
        case 2 where place < bytes.count: bytes.remove(at: place)
        case 3, 4: bytes.insert(contentsOf: random.pick(words), at: place)
        case 5 where place < end: bytes.replaceSubrange(place..<end, with: random.pick(words))
        case 6 where place < end: bytes.removeSubrange(place..<end)
        case 7 where place < end: bytes.insert(contentsOf: Array(bytes[place..<end]), at: random.below(bytes.count + 1))
        case 8 where !other.isEmpty:
            let from = random.below(other.count)
            let to = min(other.count, from + 1 + random.below(40))
            bytes.insert(contentsOf: other[from..<to], at: place)
        case 9 where random.oneIn(6): bytes.removeSubrange(place...)
        default: changeNumber(&bytes, near: place)
        }
    }

    /// The digits after the place become their neighbour: times and lengths go over their edges.
    private func changeNumber(_ bytes: inout [UInt8], near place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes[place...].firstIndex(where: digits.contains) else { return }
        bytes[first] = bytes[first] == digits.upperBound ? digits.lowerBound : bytes[first] + 1
    }
}
