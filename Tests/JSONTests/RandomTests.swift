import JSON
import TestSupport
import Testing

extension SeededRandom {
    mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<number(below: 12) {
            let limit: UInt32 = [0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(using: &self) ?? 0x80
            if let scalar = Unicode.Scalar(UInt32.random(in: 1..<limit, using: &self)) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    mutating func value(depth: Int) -> JSONValue {
        switch number(below: depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &self))
        case 3:
            let double = Double(bitPattern: next())
            return .double(double.isFinite ? double : 0.1)
        case 4, 5: return .string(text())
        case 6: return .array((0..<number(below: 5)).map { _ in value(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<number(below: 5) { object[text()] = value(depth: depth - 1) }
            return .object(object)
        }
    }
}

@Suite("Random texts")
struct RandomTests {
    @Test("Whatever is written is read back the same")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let value = random.value(depth: 5)
            let bytes = JSON.encode(value)
            #expect(try JSON.parse(bytes) == value, "seed \(seed)")
            #expect(JSON.encode(try JSON.parse(bytes)) == bytes, "seed \(seed)")
        }
    }

    @Test("A text with bytes changed, lost or cut off is refused or read, and never ends the process")
    func mutations() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let alphabet = Array(#"{}[]",:\u0d8eE+-.truefalsnl 19"#.utf8) + [0, 0x0A, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<1000 {
            var bytes = JSON.encode(random.value(depth: 4))
            for _ in 0...random.number(below: 3) where !bytes.isEmpty {
                let place = random.number(below: bytes.count)
                switch random.number(below: 4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.removeSubrange(place...)
                case 2: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                default: bytes[place] = alphabet.randomElement(using: &random) ?? 0
                }
            }
            do {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(JSON.encode(value)) == value, "seed \(seed)")
            } catch {
                #expect(error.line > 0 && error.column > 0 && !error.message.isEmpty, "seed \(seed)")
            }
        }
    }
}
